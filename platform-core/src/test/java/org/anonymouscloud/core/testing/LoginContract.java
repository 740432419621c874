package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.AccountSummary;
import org.anonymouscloud.core.account.server.password.ServerSecrets;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.opaque.Identities;
import org.anonymouscloud.core.opaque.LoginProof;
import org.anonymouscloud.core.opaque.LoginResponse;
import org.anonymouscloud.core.opaque.OpaqueClient;
import org.anonymouscloud.core.opaque.RegistrationResponse;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Logins by password and by device, asked as a hostile or clumsy client might. */
public abstract class LoginContract extends AccountServiceFixture {
  /** What a password or the words do not suffice for. */
  private static final List<AccountMethod> QUESTIONS_OF_DEVICES =
      List.of(
          AccountMethod.PAIR_OPEN,
          AccountMethod.PAIR_CLOSE,
          AccountMethod.MARK_GET,
          AccountMethod.MARK_PUT,
          AccountMethod.CONTACTS_PUT,
          AccountMethod.CONTACT_FIND,
          AccountMethod.CONTACT_CHAIN,
          AccountMethod.DELETE);

  // Login by password

  @Test
  @Tag("A10")
  void whoRegisteredLogsInByPasswordAndThenByDevice() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    OpaqueClient opaque = new OpaqueClient();
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = peer(hash);
    try (Secret password = Secret.of("correct horse".getBytes(UTF_8))) {
      OpaqueClient.Registration registration = opaque.register(password);
      OpaqueClient.Registered registered =
          registration.finish(
              RegistrationResponse.decode(
                  ask(
                          peer,
                          AccountMethod.REGISTER_START,
                          new AccountMessages.RegisterStart(
                              ALICE.text(), registration.request().encode(), NO_INVITE),
                          AccountMessages.RegisterStarted.class)
                      .response()),
              Identities.ofClient(ALICE.bytes()));
      tell(peer, AccountMethod.REGISTER_FINISH, alice.registration(registered.record().encode()));
      refuses(
          ErrorCode.NOT_LOGGED_IN, peer, AccountMethod.KEY_BAG_GET, new AccountMessages.Empty());

      OpaqueClient.Login login = opaque.login(password);
      byte[] response = loginStart(peer, ALICE, login.request().encode());
      OpaqueClient.LoggedIn loggedIn =
          login.finish(
              LoginResponse.decode(response),
              Identities.ofClient(ALICE.bytes()),
              AccountMethod.loginContext(hash));
      byte[] account =
          ask(
                  peer,
                  AccountMethod.LOGIN_FINISH,
                  new AccountMessages.LoginFinish(loggedIn.proof().encode()),
                  AccountMessages.LoginFinished.class)
              .account();

      assertThat(AccountId.of(account)).isEqualTo(alice.id);
      assertThat(loggedIn.exportKey().sameAs(registered.exportKey())).isTrue();
    }
    assertThat(peer.account()).as("a password alone opens no feature").isEmpty();
    for (AccountMethod method : QUESTIONS_OF_DEVICES) {
      refuses(ErrorCode.NOT_LOGGED_IN, peer, method, questionsOfTheLoggedIn().get(method));
    }
    assertThat(slot(peer, new SlotId.Password())).isEqualTo(alice.slots.getFirst().encode());

    tell(peer, AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash));
    assertThat(peer.account()).contains(alice.id);
    assertThat(peer.device()).contains(alice.device);

    tell(peer, AccountMethod.LOGOUT, new AccountMessages.Empty());
    assertThat(peer.account()).isEmpty();
    refuses(ErrorCode.NOT_LOGGED_IN, peer, AccountMethod.KEY_BAG_GET, new AccountMessages.Empty());
  }

  @Test
  @Tag("S4.7")
  void howeverOftenWhoHasTheAccountKeyLogsInRightlyThatIsNoGuess() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    OpaqueClient opaque = new OpaqueClient();
    try (Secret password = Secret.of("correct horse".getBytes(UTF_8))) {
      OpaqueClient.Registration registration = opaque.register(password);
      AccountMessages.RegisterStart start =
          new AccountMessages.RegisterStart(
              ALICE.text(), registration.request().encode(), NO_INVITE);
      AccountPeer first = stranger();
      byte[] response =
          ask(first, AccountMethod.REGISTER_START, start, AccountMessages.RegisterStarted.class)
              .response();
      OpaqueClient.Registered registered =
          registration.finish(
              RegistrationResponse.decode(response), Identities.ofClient(ALICE.bytes()));
      tell(first, AccountMethod.REGISTER_FINISH, alice.registration(registered.record().encode()));

      for (int i = 0; i < 25; i++) {
        byte[] hash = RandomBytes.next(HASH);
        OpaqueClient.Login login = opaque.login(password);
        AccountMessages.LoginStart question =
            new AccountMessages.LoginStart(
                ALICE.text(), login.request().encode(), alice.pass(hash));
        AccountPeer peer = peer(hash);
        byte[] answer =
            ask(peer, AccountMethod.LOGIN_START, question, AccountMessages.LoginStarted.class)
                .response();
        OpaqueClient.LoggedIn in =
            login.finish(
                LoginResponse.decode(answer),
                Identities.ofClient(ALICE.bytes()),
                AccountMethod.loginContext(hash));
        AccountMessages.LoginFinish finish = new AccountMessages.LoginFinish(in.proof().encode());
        assertThat(
                ask(peer, AccountMethod.LOGIN_FINISH, finish, AccountMessages.LoginFinished.class)
                    .account())
            .isEqualTo(alice.id.bytes());
      }
    }
  }

  @Test
  @Tag("A11")
  void anUnknownUserGetsAnAnswerLikeAnyOther() throws Exception {
    register(new BareAccount(ALICE));
    List<Refused> refusals = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (UserName name : List.of(ALICE, BOB)) {
      AccountPeer peer = stranger();
      sizes.add(loginStart(peer, name, loginRequest()).length);
      refusals.add(
          refuses(
              ErrorCode.LOGIN_FAILED,
              peer,
              AccountMethod.LOGIN_FINISH,
              new AccountMessages.LoginFinish(RandomBytes.next(LoginProof.LENGTH))));
      refuses(
          ErrorCode.BAD_REQUEST,
          peer,
          AccountMethod.LOGIN_FINISH,
          new AccountMessages.LoginFinish(RandomBytes.next(LoginProof.LENGTH)));
    }

    assertThat(sizes.get(1)).isEqualTo(sizes.get(0));
    assertThat(refusals.get(1)).hasMessage(refusals.get(0).getMessage());
    assertThat(refusals.get(1).retryable()).isEqualTo(refusals.get(0).retryable());
  }

  /** With -Danoncloud.logins=2000 and a quiet machine the times are worth reading. */
  @Test
  @Tag("A11")
  void loginsOfKnownAndUnknownNamesAreAlike() throws Exception {
    int logins = Integer.getInteger("anoncloud.logins", 20);
    for (int i = 0; i < logins; i++) {
      register(new BareAccount(new UserName("known" + i)));
      calendar.pass(Duration.ofSeconds(1));
    }
    byte[] request = loginRequest();
    LoginTimes known = new LoginTimes(logins);
    LoginTimes unknown = new LoginTimes(logins);
    Set<String> outcomes = new HashSet<>();
    for (int i = 0; i < logins; i++) {
      for (LoginTimes kind : List.of(known, unknown)) {
        UserName name = new UserName((kind == known ? "known" : "other") + i);
        AccountPeer peer = stranger();
        kind.measure(
            () -> {
              int size = loginStart(peer, name, request).length;
              Refused refused =
                  refuses(
                      ErrorCode.LOGIN_FAILED,
                      peer,
                      AccountMethod.LOGIN_FINISH,
                      new AccountMessages.LoginFinish(new byte[LoginProof.LENGTH]));
              outcomes.add(size + " " + refused.getMessage() + " " + refused.retryable());
            });
        calendar.pass(Duration.ofSeconds(1));
      }
    }

    assertThat(outcomes).hasSize(1);
    if (Integer.getInteger("anoncloud.logins") != null) {
      System.out.printf(
          "%d logins each%nknown:   %s%nunknown: %s%ndistance %.2f%n",
          logins, known, unknown, LoginTimes.distance(known, unknown));
    }
  }

  @Test
  @Tag("A11")
  void newSecretsAreForNewPasswordsAndNamesThatNobodyHas() throws Exception {
    Path file = folder.resolve("secrets");
    byte[] request = loginRequest();
    List<byte[]> before;
    try (ServerSecrets old = ServerSecrets.open(file)) {
      restart(Registration.OPEN, old);
      register(new BareAccount(ALICE));
      AccountService.checkSecrets(database(), file);
      before = List.of(evaluated(ALICE, request), evaluated(BOB, request));
    }
    List<String> kept = owner().rotateSecrets(file);
    assertThat(kept).hasSize(2);
    try (ServerSecrets rotated = ServerSecrets.open(file)) {
      restart(Registration.OPEN, rotated);
      AccountService.checkSecrets(database(), file);
      assertThat(evaluated(ALICE, request)).isEqualTo(before.get(0));
      byte[] rotatedBob = evaluated(BOB, request);
      assertThat(rotatedBob).isNotEqualTo(before.get(1));

      register(new BareAccount(BOB));
      assertThat(evaluated(BOB, request)).isEqualTo(rotatedBob);
    }
    // Both are in use now, the one before the newest is kept in any case.
    assertThat(owner().rotateSecrets(file)).hasSize(3).startsWith(kept.toArray(String[]::new));
    assertThat(owner().rotateSecrets(file)).hasSize(4);
    assertThat(owner().rotateSecrets(file)).as("one was never used").hasSize(4);
    try (ServerSecrets rotated = ServerSecrets.open(file)) {
      restart(Registration.OPEN, rotated);
      AccountService.checkSecrets(database(), file);
      assertThat(evaluated(ALICE, request)).isEqualTo(before.get(0));
    }
  }

  @Test
  void secretsOfAnotherServerAreNotServedNorRotated() throws Exception {
    register(new BareAccount(ALICE));
    Path file = folder.resolve("secrets");
    ServerSecrets.open(file).close();
    assertThatThrownBy(() -> AccountService.checkSecrets(database(), file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Bring the file back from the folder of 'admin backup --keys'");
    byte[] content = Files.readAllBytes(file);
    assertThatThrownBy(() -> owner().rotateSecrets(file)).isInstanceOf(IOException.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
  }

  @Test
  @Tag("A10")
  void aLoginThatIsHalfDoneOpensNothing() throws Exception {
    register(new BareAccount(ALICE));
    AccountPeer started = stranger();
    loginStart(started, ALICE, loginRequest());
    AccountPeer wrong = stranger();
    loginStart(wrong, ALICE, loginRequest());
    refuses(
        ErrorCode.LOGIN_FAILED,
        wrong,
        AccountMethod.LOGIN_FINISH,
        new AccountMessages.LoginFinish(RandomBytes.next(LoginProof.LENGTH)));

    for (AccountPeer peer : List.of(stranger(), started, wrong)) {
      for (Map.Entry<AccountMethod, Object> question : questionsOfTheLoggedIn().entrySet()) {
        refuses(ErrorCode.NOT_LOGGED_IN, peer, question.getKey(), question.getValue());
      }
      assertThat(peer.account()).isEmpty();
    }
  }

  /** So that a method that comes to the protocol is asked by strangers here, too. */
  @Test
  @Tag("A10")
  void eachMethodIsOneThatStrangersNeedOrRefusedToThem() {
    Set<AccountMethod> all =
        EnumSet.of(
            AccountMethod.REGISTER_START,
            AccountMethod.REGISTER_FINISH,
            AccountMethod.LOGIN_START,
            AccountMethod.LOGIN_FINISH,
            AccountMethod.DEVICE_LOGIN,
            AccountMethod.RECOVERY_LOGIN,
            AccountMethod.PAIR_PUT,
            AccountMethod.PAIR_GET,
            AccountMethod.LOGOUT);
    all.addAll(questionsOfTheLoggedIn().keySet());

    assertThat(all).containsExactlyInAnyOrder(AccountMethod.values());
  }

  // Login by device

  @Test
  @Tag("A14")
  void aDeviceProvesItselfForOneChannelOnly() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] hash = RandomBytes.next(HASH);

    refuses(
        ErrorCode.LOGIN_FAILED, stranger(), AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash));
    AccountPeer peer = peer(hash);
    tell(peer, AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash));
    assertThat(peer.account()).contains(alice.id);
  }

  @Test
  void aDeviceOfAnotherAccountOrOfNoneIsRefusedWithOneError() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    BareAccount bob = new BareAccount(BOB);
    register(alice);
    register(bob);
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = peer(hash);
    AccountMessages.DeviceLogin alices = alice.deviceLogin(hash);
    AccountMessages.DeviceLogin bobs = bob.deviceLogin(hash);

    for (AccountMessages.DeviceLogin wrong :
        List.of(
            new AccountMessages.DeviceLogin(alices.account(), bobs.device(), bobs.signature()),
            new AccountMessages.DeviceLogin(bobs.account(), alices.device(), alices.signature()),
            new AccountMessages.DeviceLogin(alices.account(), alices.device(), bobs.signature()),
            new AccountMessages.DeviceLogin(
                RandomBytes.next(16), alices.device(), alices.signature()),
            new AccountMessages.DeviceLogin(alices.account(), alices.device(), new byte[64]),
            new AccountMessages.DeviceLogin(alices.account(), alices.device(), new byte[0]))) {
      assertThat(refuses(ErrorCode.LOGIN_FAILED, peer, AccountMethod.DEVICE_LOGIN, wrong))
          .hasMessage("The user name or the password is wrong.");
    }
    assertThat(peer.account()).isEmpty();
    tell(peer, AccountMethod.DEVICE_LOGIN, alices);
    refuses(ErrorCode.BAD_REQUEST, peer, AccountMethod.DEVICE_LOGIN, bobs);
    assertThat(peer.account()).contains(alice.id);
  }

  @Test
  void aDisabledAccountIsRefused() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] hash = RandomBytes.next(HASH);

    assertThat(owner().setActive(ALICE, false)).isTrue();
    assertThat(owner().setActive(BOB, false)).isFalse();
    refuses(
        ErrorCode.ACCOUNT_DISABLED,
        peer(hash),
        AccountMethod.DEVICE_LOGIN,
        alice.deviceLogin(hash));
    assertThat(owner().accounts()).extracting(AccountSummary::active).containsExactly(false);
    owner().setActive(ALICE, true);
    assertThat(loggedIn(alice).account()).contains(alice.id);
  }

  @Test
  void theLastVisitIsKnownToTheDay() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    LocalDate first = LocalDate.of(2026, 11, 24);
    calendar.set(first.atTime(23, 59, 59).toInstant(ZoneOffset.UTC));
    register(alice);
    assertThat(lastSeen()).isEqualTo(first);

    calendar.set(first.plusDays(1).atTime(0, 0, 1).toInstant(ZoneOffset.UTC));
    loggedIn(alice);
    assertThat(lastSeen()).isEqualTo(first.plusDays(1));
    // A clock that goes back does not take the visit back.
    calendar.set(first.atTime(12, 0).toInstant(ZoneOffset.UTC));
    loggedIn(alice);
    assertThat(lastSeen()).isEqualTo(first.plusDays(1));
    assertThat(owner().accounts()).extracting(AccountSummary::created).containsExactly(first);
  }
}
