package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.Messages;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.AccountSummary;
import org.anonymouscloud.core.account.server.Activity;
import org.anonymouscloud.core.account.server.Administration;
import org.anonymouscloud.core.account.server.Attendance;
import org.anonymouscloud.core.account.server.Deletions;
import org.anonymouscloud.core.account.server.Invite;
import org.anonymouscloud.core.account.server.ServerSecrets;
import org.anonymouscloud.core.crypto.P256Point;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.opaque.Identities;
import org.anonymouscloud.core.opaque.LoginProof;
import org.anonymouscloud.core.opaque.LoginResponse;
import org.anonymouscloud.core.opaque.OpaqueClient;
import org.anonymouscloud.core.opaque.RegistrationRecord;
import org.anonymouscloud.core.opaque.RegistrationResponse;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.session.Network;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server's half of accounts on the database that a storage plugin brings, asked message by
 * message as a hostile or clumsy client might.
 */
public abstract class AccountServiceContract {
  private static final UserName ALICE = new UserName("alice");
  private static final UserName BOB = new UserName("bob");
  private static final long QUOTA = 5_000_000_000L;
  private static final int HASH = 32;
  private static final byte[] NO_INVITE = {};

  /** What a password or the words do not suffice for. */
  private static final List<AccountMethod> QUESTIONS_OF_DEVICES =
      List.of(
          AccountMethod.KEY_BAG_PUT,
          AccountMethod.PAIR_OPEN,
          AccountMethod.PAIR_CLOSE,
          AccountMethod.CONTACT_FIND,
          AccountMethod.CONTACT_CHAIN,
          AccountMethod.DELETE);

  private static final Network HERE = Network.of(InetAddress.getLoopbackAddress());

  @TempDir private Path folder;
  private final ServerSecrets secrets = ServerSecrets.random();
  private final TestClock calendar = new TestClock(Instant.parse("2026-11-24T12:00:00Z"));
  private @Nullable OpenDatabase database;
  private @Nullable AccountService service;

  /**
   * A database that nobody has used yet, open.
   *
   * @param folder empty
   */
  protected abstract OpenDatabase newDatabase(Path folder) throws Exception;

  @BeforeEach
  void openDatabase() throws Exception {
    database = newDatabase(folder);
    service = service(Registration.OPEN);
  }

  @AfterEach
  void closeAll() {
    database().close();
    secrets.close();
  }

  // Registration

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
                          new Messages.RegisterStart(
                              ALICE.text(), registration.request().encode(), NO_INVITE),
                          Messages.RegisterStarted.class)
                      .response()),
              Identities.ofClient(ALICE.bytes()));
      tell(peer, AccountMethod.REGISTER_FINISH, alice.registration(registered.record().encode()));
      refuses(ErrorCode.NOT_LOGGED_IN, peer, AccountMethod.KEY_BAG_GET, new Messages.Empty());

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
                  new Messages.LoginFinish(loggedIn.proof().encode()),
                  Messages.LoginFinished.class)
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

    tell(peer, AccountMethod.LOGOUT, new Messages.Empty());
    assertThat(peer.account()).isEmpty();
    refuses(ErrorCode.NOT_LOGGED_IN, peer, AccountMethod.KEY_BAG_GET, new Messages.Empty());
  }

  @Test
  void aNameIsGivenOnce() throws Exception {
    register(new BareAccount(ALICE));
    BareAccount second = new BareAccount(ALICE);

    refuses(
        ErrorCode.NAME_TAKEN,
        stranger(),
        AccountMethod.REGISTER_START,
        new Messages.RegisterStart(ALICE.text(), registrationRequest(), NO_INVITE));
    refuses(
        ErrorCode.NAME_TAKEN,
        stranger(),
        AccountMethod.REGISTER_FINISH,
        second.registration(anyRecord()));
    assertThat(owner().accounts()).hasSize(1);
    byte[] hash = RandomBytes.next(HASH);
    refuses(
        ErrorCode.LOGIN_FAILED, peer(hash), AccountMethod.DEVICE_LOGIN, second.deviceLogin(hash));
  }

  @Test
  void aNameThatLooksLikeAnotherIsTaken() throws Exception {
    register(new BareAccount(new UserName("cecep")));
    UserName cyrillic = new UserName("\u0441\u0435\u0441\u0435\u0440");

    Refused refused =
        refuses(
            ErrorCode.NAME_TAKEN,
            stranger(),
            AccountMethod.REGISTER_START,
            new Messages.RegisterStart(cyrillic.text(), registrationRequest(), NO_INVITE));
    assertThat(refused).hasMessageContaining("looks like it");
    refuses(
        ErrorCode.NAME_TAKEN,
        stranger(),
        AccountMethod.REGISTER_FINISH,
        new BareAccount(cyrillic).registration(anyRecord()));
    byte[] request = loginRequest();
    assertThat(evaluated(cyrillic, request))
        .isNotEqualTo(evaluated(new UserName("cecep"), request));
  }

  @Test
  void aNameIsGivenOnceEvenToTwoWhoAskTogether() throws Exception {
    for (int round = 0; round < 8; round++) {
      UserName name = new UserName("racer" + round);
      List<BareAccount> racers = List.of(new BareAccount(name), new BareAccount(name));

      List<ErrorCode> lost =
          race(
              List.of(stranger(), stranger()),
              AccountMethod.REGISTER_FINISH,
              racers.stream().map(racer -> racer.registration(anyRecord())).toList());

      assertThat(lost).containsExactly(ErrorCode.NAME_TAKEN);
      assertThat(owner().accounts()).hasSize(round + 1);
    }
  }

  @Test
  void anAccountCannotBeRegisteredAgainUnderAnotherName() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);

    assertThatThrownBy(
            () ->
                tell(
                    stranger(),
                    AccountMethod.REGISTER_FINISH,
                    alice.registration(BOB, anyRecord())))
        .isInstanceOf(Refused.class);
    assertThat(owner().accounts()).extracting(AccountSummary::name).containsExactly(ALICE);
  }

  @Test
  void aClosedServerTakesNobody() {
    AccountPeer peer = service(Registration.CLOSED).peer(RandomBytes.next(HASH), HERE);

    refuses(
        ErrorCode.REGISTRATION_CLOSED,
        peer,
        AccountMethod.REGISTER_START,
        new Messages.RegisterStart(ALICE.text(), registrationRequest(), NO_INVITE));
    refuses(
        ErrorCode.REGISTRATION_CLOSED,
        peer,
        AccountMethod.REGISTER_FINISH,
        new BareAccount(ALICE).registration(anyRecord()));
    assertThat(owner().accounts()).isEmpty();
  }

  @Test
  @Tag("A11")
  void whoIsNotInvitedMakesNoAccountAndLearnsNoNames() throws Exception {
    register(new BareAccount(ALICE));
    service = service(Registration.INVITE);
    byte[] expired = invite(Duration.ofMinutes(1));
    calendar.pass(Duration.ofMinutes(2));
    byte[] revoked = invite(Duration.ofDays(7));
    assertThat(owner().revokeInvite(owner().invites().getFirst().id())).isTrue();
    assertThat(owner().revokeInvite("0123456789ab")).isFalse();

    for (byte[] invite :
        List.of(NO_INVITE, expired, revoked, RandomBytes.next(InviteCode.LENGTH))) {
      String said = "";
      for (UserName name : List.of(ALICE, BOB)) {
        Refused refused =
            refuses(
                ErrorCode.INVITE_NEEDED,
                stranger(),
                AccountMethod.REGISTER_START,
                new Messages.RegisterStart(name.text(), registrationRequest(), invite));
        assertThat(refused.getMessage()).isIn(said.isEmpty() ? refused.getMessage() : said);
        said = String.valueOf(refused.getMessage());
        refuses(
            ErrorCode.INVITE_NEEDED,
            stranger(),
            AccountMethod.REGISTER_FINISH,
            new BareAccount(name).registration(name, anyRecord(), invite));
      }
    }
    refuses(
        ErrorCode.BAD_REQUEST,
        stranger(),
        AccountMethod.REGISTER_START,
        new Messages.RegisterStart(BOB.text(), registrationRequest(), new byte[1]));
    assertThat(owner().accounts()).hasSize(1);
  }

  @Test
  void anInvitationLetsOnePersonIn() throws Exception {
    service = service(Registration.INVITE);
    byte[] invite = invite(Duration.ofDays(7));
    assertThat(owner().invites())
        .extracting(Invite::expires)
        .containsExactly(calendar.instant().plus(Duration.ofDays(7)));

    ask(
        stranger(),
        AccountMethod.REGISTER_START,
        new Messages.RegisterStart(ALICE.text(), registrationRequest(), invite),
        Messages.RegisterStarted.class);
    assertThat(owner().invites()).as("a beginning uses nothing up").hasSize(1);
    tell(
        stranger(),
        AccountMethod.REGISTER_FINISH,
        new BareAccount(ALICE).registration(ALICE, anyRecord(), invite));
    assertThat(owner().invites()).isEmpty();
    refuses(
        ErrorCode.INVITE_NEEDED,
        stranger(),
        AccountMethod.REGISTER_FINISH,
        new BareAccount(BOB).registration(BOB, anyRecord(), invite));

    byte[] second = invite(Duration.ofDays(7));
    refuses(
        ErrorCode.NAME_TAKEN,
        stranger(),
        AccountMethod.REGISTER_FINISH,
        new BareAccount(ALICE).registration(ALICE, anyRecord(), second));
    assertThat(owner().invites()).as("who chose a name badly may choose again").hasSize(1);
    assertThat(owner().accounts()).extracting(AccountSummary::name).containsExactly(ALICE);
  }

  @Test
  void ofTwoWhoUseAnInvitationTogetherOneGetsIn() throws Exception {
    service = service(Registration.INVITE);
    for (int round = 0; round < 8; round++) {
      byte[] invite = invite(Duration.ofDays(1));
      List<UserName> names = List.of(new UserName("first" + round), new UserName("second" + round));

      List<ErrorCode> lost =
          race(
              List.of(stranger(), stranger()),
              AccountMethod.REGISTER_FINISH,
              names.stream()
                  .map(name -> new BareAccount(name).registration(name, anyRecord(), invite))
                  .toList());

      assertThat(lost).containsExactly(ErrorCode.INVITE_NEEDED);
      assertThat(owner().accounts()).hasSize(round + 1);
    }
  }

  private byte[] invite(Duration validFor) {
    InviteCode code = InviteCode.random();
    owner().invite(code, validFor);
    return code.bytes();
  }

  @Test
  @Tag("A5")
  void aRegistrationWithWrongPartsLeavesNothing() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    BareAccount other = new BareAccount(ALICE);
    Messages.RegisterFinish right = alice.registration(anyRecord());
    byte[] badLink = right.link().clone();
    badLink[100] ^= 1;
    List<byte[]> slots = right.slots();
    byte[] laterGeneration =
        new SealedSlot(new SlotId.Password(), 1, RandomBytes.next(SealedSlot.SEALED)).encode();

    for (Messages.RegisterFinish wrong :
        List.of(
            with(right, right.record(), badLink, slots, right.keyBag()),
            with(right, right.record(), alice.addDevice().encode(), slots, right.keyBag()),
            with(right, right.record(), right.link(), slots.subList(0, 2), right.keyBag()),
            with(right, right.record(), right.link(), slots.reversed(), right.keyBag()),
            with(
                right,
                right.record(),
                right.link(),
                List.of(laterGeneration, slots.get(1), slots.get(2)),
                right.keyBag()),
            with(
                right,
                right.record(),
                right.link(),
                BareAccount.encode(other.slots),
                right.keyBag()),
            with(right, right.record(), right.link(), slots, new byte[64 * 1024 + 1]),
            with(right, new byte[7], right.link(), slots, right.keyBag()))) {
      refuses(ErrorCode.BAD_REQUEST, stranger(), AccountMethod.REGISTER_FINISH, wrong);
    }
    assertThat(owner().accounts()).isEmpty();
    register(alice);
    assertThat(loggedIn(alice).account()).contains(alice.id);
  }

  private static Messages.RegisterFinish with(
      Messages.RegisterFinish right,
      byte[] record,
      byte[] link,
      List<byte[]> slots,
      byte[] keyBag) {
    return new Messages.RegisterFinish(right.userName(), record, link, slots, keyBag, NO_INVITE);
  }

  // Login by password

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
              new Messages.LoginFinish(RandomBytes.next(LoginProof.LENGTH))));
      refuses(
          ErrorCode.BAD_REQUEST,
          peer,
          AccountMethod.LOGIN_FINISH,
          new Messages.LoginFinish(RandomBytes.next(LoginProof.LENGTH)));
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
                      new Messages.LoginFinish(new byte[LoginProof.LENGTH]));
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
  void newSecretsAreForNewPasswordsAndNobodyWhoKeepsTheOldOneNoticesThem() throws Exception {
    Path file = folder.resolve("secrets");
    byte[] request = loginRequest();
    List<byte[]> before;
    try (ServerSecrets old = ServerSecrets.open(file)) {
      service = service(Registration.OPEN, old);
      register(new BareAccount(ALICE));
      service().checkSecrets(file);
      before = List.of(evaluated(ALICE, request), evaluated(BOB, request));
    }
    List<String> kept = owner().rotateSecrets(file);
    assertThat(kept).hasSize(2);
    try (ServerSecrets rotated = ServerSecrets.open(file)) {
      service = service(Registration.OPEN, rotated);
      service().checkSecrets(file);
      assertThat(evaluated(ALICE, request)).isEqualTo(before.get(0));
      assertThat(evaluated(BOB, request)).isEqualTo(before.get(1));

      register(new BareAccount(BOB));
      assertThat(evaluated(BOB, request)).isNotEqualTo(before.get(1));
    }
    // Both are in use now, the one before the newest is kept in any case.
    assertThat(owner().rotateSecrets(file)).hasSize(3).startsWith(kept.toArray(String[]::new));
    assertThat(owner().rotateSecrets(file)).hasSize(4);
    assertThat(owner().rotateSecrets(file)).as("one was never used").hasSize(4);
    try (ServerSecrets rotated = ServerSecrets.open(file)) {
      service = service(Registration.OPEN, rotated);
      service().checkSecrets(file);
      assertThat(evaluated(ALICE, request)).isEqualTo(before.get(0));
    }
  }

  /**
   * The element that OPAQUE's answer begins with: it depends on secrets, name and request alone.
   */
  private byte[] evaluated(UserName name, byte[] request) throws Refused, Malformed {
    return Arrays.copyOf(loginStart(stranger(), name, request), P256Point.LENGTH);
  }

  @Test
  void secretsOfAnotherServerAreNotServedNorRotated() throws Exception {
    register(new BareAccount(ALICE));
    Path file = folder.resolve("secrets");
    try (ServerSecrets others = ServerSecrets.open(file)) {
      assertThatThrownBy(() -> service(Registration.OPEN, others).checkSecrets(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Restore the file from the backup");
    }
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
        new Messages.LoginFinish(RandomBytes.next(LoginProof.LENGTH)));

    for (AccountPeer peer : List.of(stranger(), started, wrong)) {
      for (Map.Entry<AccountMethod, Object> question : questionsOfTheLoggedIn().entrySet()) {
        refuses(ErrorCode.NOT_LOGGED_IN, peer, question.getKey(), question.getValue());
      }
      assertThat(peer.account()).isEmpty();
    }
  }

  private static Map<AccountMethod, Object> questionsOfTheLoggedIn() {
    BareAccount nobody = new BareAccount(BOB);
    return Map.ofEntries(
        Map.entry(AccountMethod.PASSWORD_START, new Messages.PasswordStart(registrationRequest())),
        Map.entry(AccountMethod.CHAIN_GET, new Messages.ChainGet(0)),
        Map.entry(AccountMethod.CHAIN_APPEND, BareAccount.append(nobody.addDevice())),
        Map.entry(AccountMethod.SLOT_GET, new Messages.SlotGet(new SlotId.Password().encode(), 0)),
        Map.entry(AccountMethod.KEY_BAG_GET, new Messages.Empty()),
        Map.entry(AccountMethod.KEY_BAG_PUT, new Messages.KeyBag(1, new byte[8])),
        Map.entry(AccountMethod.PAIR_OPEN, new Messages.Empty()),
        Map.entry(AccountMethod.PAIR_CLOSE, new Messages.Empty()),
        Map.entry(AccountMethod.CONTACT_FIND, new Messages.ContactFind(ALICE.text())),
        Map.entry(AccountMethod.CONTACT_CHAIN, new Messages.ContactChain(nobody.id.bytes(), 0)),
        Map.entry(AccountMethod.DELETE, new Messages.Empty()));
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
            AccountMethod.RECOVERY_START,
            AccountMethod.RECOVERY_FINISH,
            AccountMethod.PAIR_PUT,
            AccountMethod.PAIR_GET,
            AccountMethod.LOGOUT);
    all.addAll(questionsOfTheLoggedIn().keySet());

    assertThat(all).containsExactlyInAnyOrder(AccountMethod.values());
  }

  // Limits

  @Test
  @Tag("A10")
  void guessingIsStoppedAcrossSessionsNetworksNodesAndRestarts() throws Exception {
    register(new BareAccount(ALICE));
    byte[] request = loginRequest();
    int heard = 0;
    for (int guess = 0; guess < 10_000; guess++) {
      // Each guess from another network, on a session of its own, at a node that has just started.
      AccountPeer peer =
          (guess % 100 == 0 ? service(Registration.OPEN) : service())
              .peer(RandomBytes.next(HASH), network(guess));
      if (guess % 4 == 0) {
        calendar.pass(Duration.ofSeconds(1));
      }
      try {
        loginStart(peer, ALICE, request);
        heard++;
      } catch (Refused refused) {
        assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED);
        guess += 37;
        calendar.pass(Duration.ofSeconds(9));
      }
    }
    // 5 at once; then after 5, 10, 20, ... 640 seconds, and then every 15 minutes.
    assertThat(heard).isBetween(8, 15);
  }

  @Test
  @Tag("A11")
  void theLimitIsTheSameForNamesThatNobodyHas() throws Exception {
    register(new BareAccount(ALICE));
    byte[] request = loginRequest();
    List<List<String>> told = new ArrayList<>();
    for (UserName name : List.of(ALICE, BOB)) {
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        try {
          answers.add(Integer.toString(loginStart(stranger(), name, request).length));
        } catch (Refused refused) {
          assertThat(refused.retryable()).isTrue();
          answers.add(refused.code() + " " + refused.getMessage());
        }
      }
      told.add(answers);
    }

    assertThat(told.get(1)).isEqualTo(told.get(0));
    assertThat(told.getFirst().get(4)).isEqualTo("259");
    assertThat(told.getFirst().get(5))
        .isEqualTo("RATE_LIMITED There were too many tries. Try again in 5 seconds.");
  }

  @Test
  void waitsDoubleUpToAQuarterOfAnHourAndAreForgottenAfterADay() throws Exception {
    byte[] request = loginRequest();
    for (int i = 0; i < 5; i++) {
      loginStart(stranger(), BOB, request);
    }
    for (String wait :
        List.of(
            "5 seconds",
            "10 seconds",
            "20 seconds",
            "40 seconds",
            "80 seconds",
            "3 minutes",
            "6 minutes",
            "11 minutes",
            "15 minutes",
            "15 minutes")) {
      Refused refused = limited(BOB, request);
      assertThat(refused).hasMessageEndingWith("Try again in " + wait + ".");
      String[] parts = wait.split(" ", -1);
      long seconds = Long.parseLong(parts[0]) * (parts[1].equals("seconds") ? 1 : 60);
      calendar.pass(Duration.ofSeconds(seconds));
      loginStart(stranger(), BOB, request);
    }
    calendar.pass(Duration.ofDays(1));
    for (int i = 0; i < 5; i++) {
      loginStart(stranger(), BOB, request);
    }
    limited(BOB, request);
  }

  @Test
  @Tag("A10")
  void aDeviceComesInWhateverStrangersTry() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] request = loginRequest();
    for (int i = 0; i < 5; i++) {
      loginStart(stranger(), ALICE, request);
    }
    limited(ALICE, request);

    assertThat(loggedIn(alice).account()).contains(alice.id);
    limited(ALICE, request);
  }

  @Test
  @Tag("A10")
  void oneNetworkCannotTryForManyNames() throws Exception {
    byte[] request = loginRequest();
    Network busy = network(1);
    int heard = 0;
    String said = "";
    for (int i = 0; i < 70; i++) {
      AccountPeer peer = service().peer(RandomBytes.next(HASH), busy);
      try {
        loginStart(peer, new UserName("name" + i), request);
        heard++;
      } catch (Refused refused) {
        said = String.valueOf(refused.getMessage());
      }
    }
    assertThat(heard).isEqualTo(60);
    assertThat(said).endsWith("Try again in 15 seconds.");
    loginStart(service().peer(RandomBytes.next(HASH), network(2)), ALICE, request);
    calendar.pass(Duration.ofSeconds(15));
    loginStart(service().peer(RandomBytes.next(HASH), busy), ALICE, request);
  }

  @Test
  void namesAndNetworksAreNotWrittenDown() throws Exception {
    byte[] request = loginRequest();
    loginStart(service().peer(RandomBytes.next(HASH), network(1)), BOB, request);
    calendar.pass(Duration.ofDays(2));
    service().forget();

    assertThat(attempts()).isZero();
    loginStart(service().peer(RandomBytes.next(HASH), network(1)), BOB, request);
    assertThat(attempts()).as("account, network and a share of all").isEqualTo(3);
  }

  private long attempts() {
    return database()
        .<Long, RuntimeException>read(
            handle ->
                handle
                    .createQuery("SELECT count(*) FROM login_attempts WHERE length(code) = 16")
                    .mapTo(Long.class)
                    .one());
  }

  private Refused limited(UserName name, byte[] request) {
    return refuses(
        ErrorCode.RATE_LIMITED,
        stranger(),
        AccountMethod.LOGIN_START,
        new Messages.LoginStart(name.text(), request));
  }

  private static Network network(int number) throws Exception {
    return Network.of(
        InetAddress.getByAddress(new byte[] {20, (byte) (number >> 8), (byte) number, 1}));
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
    Messages.DeviceLogin alices = alice.deviceLogin(hash);
    Messages.DeviceLogin bobs = bob.deviceLogin(hash);

    for (Messages.DeviceLogin wrong :
        List.of(
            new Messages.DeviceLogin(alices.account(), bobs.device(), bobs.signature()),
            new Messages.DeviceLogin(bobs.account(), alices.device(), alices.signature()),
            new Messages.DeviceLogin(alices.account(), alices.device(), bobs.signature()),
            new Messages.DeviceLogin(RandomBytes.next(16), alices.device(), alices.signature()),
            new Messages.DeviceLogin(alices.account(), alices.device(), new byte[64]),
            new Messages.DeviceLogin(alices.account(), alices.device(), new byte[0]))) {
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

  private LocalDate lastSeen() {
    return owner().accounts().getFirst().lastSeen();
  }

  // Quotas

  @Test
  void aQuotaIsTheServersDefaultUntilItIsSet() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    assertThat(service().quota(alice.id)).isEqualTo(QUOTA);
    assertThat(service().quota(AccountId.random())).isZero();

    assertThat(owner().setQuota(ALICE, Long.MAX_VALUE)).isTrue();
    assertThat(owner().setQuota(BOB, 1)).isFalse();
    assertThat(service().quota(alice.id)).isEqualTo(Long.MAX_VALUE);
    assertThatThrownBy(() -> owner().setQuota(ALICE, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(service().quota(alice.id)).isEqualTo(Long.MAX_VALUE);
  }

  // Administration

  @Test
  void whoIsThereIsSeenOnAllNodesAndADeadNodeIsNotBelieved() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    BareAccount bob = new BareAccount(BOB);
    register(bob);
    try (Attendance one = new Attendance(database(), calendar);
        Attendance other = new Attendance(database(), calendar)) {
      Attendance.Visit visit = one.enter(alice.id);
      assertThat(activities()).containsExactly(Activity.OFFLINE, Activity.OFFLINE);
      one.write();
      assertThat(activities()).containsExactly(Activity.ONLINE, Activity.OFFLINE);

      calendar.pass(Duration.ofMinutes(11));
      one.write();
      assertThat(activities()).containsExactly(Activity.AWAY, Activity.OFFLINE);
      Attendance.Visit second = other.enter(alice.id);
      other.write();
      assertThat(activities()).containsExactly(Activity.ONLINE, Activity.OFFLINE);
      second.close();
      other.write();
      assertThat(activities()).containsExactly(Activity.AWAY, Activity.OFFLINE);
      visit.request();
      one.write();
      assertThat(activities()).containsExactly(Activity.ONLINE, Activity.OFFLINE);

      // The first node is as if it had been killed; when it goes on after all, it says so.
      calendar.pass(Duration.ofSeconds(Attendance.WORTH_SECONDS));
      assertThat(activities()).containsExactly(Activity.OFFLINE, Activity.OFFLINE);
      Attendance.Visit bobs = other.enter(bob.id);
      other.write();
      assertThat(activities()).containsExactly(Activity.OFFLINE, Activity.ONLINE);
      one.write();
      assertThat(activities()).containsExactly(Activity.ONLINE, Activity.ONLINE);
      visit.close();
      one.write();
      bobs.close();
      other.write();
      assertThat(activities()).containsExactly(Activity.OFFLINE, Activity.OFFLINE);
    }
  }

  private List<Activity> activities() {
    return owner().accounts().stream().map(AccountSummary::activity).toList();
  }

  @Test
  void whoStaysForDaysIsSeenEachDay() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    LocalDate day = lastSeen();
    try (Attendance attendance = new Attendance(database(), calendar);
        Attendance.Visit _ = attendance.enter(alice.id)) {
      attendance.write();
      calendar.pass(Duration.ofDays(1));
      attendance.write();
    }
    assertThat(lastSeen()).isEqualTo(day.plusDays(1));
  }

  @Test
  void aDeletedAccountLeavesNothingAndItsNameIsFree() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    BareAccount bob = new BareAccount(BOB);
    register(alice);
    register(bob);
    long changes = service().changes();
    try (Attendance attendance = new Attendance(database(), calendar);
        Attendance.Visit _ = attendance.enter(alice.id)) {
      attendance.write();

      assertThat(owner().delete(ALICE)).isTrue();

      assertThat(owner().delete(ALICE)).isFalse();
      assertThat(rowsOf(alice.id)).containsExactly("account_deletions");
    }
    assertThat(service().changes()).isGreaterThan(changes);
    assertThat(service().refused(Set.of(alice.id, bob.id))).containsExactly(alice.id);
    byte[] hash = RandomBytes.next(HASH);
    refuses(
        ErrorCode.LOGIN_FAILED, peer(hash), AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash));
    assertThat(loggedIn(bob).account()).contains(bob.id);

    refuses(
        ErrorCode.CONFLICT,
        stranger(),
        AccountMethod.REGISTER_FINISH,
        alice.registration(anyRecord()));
    register(new BareAccount(ALICE));
    service().delete(bob.id);
    service().delete(bob.id);
    assertThat(owner().accounts()).extracting(AccountSummary::name).containsExactly(ALICE);
    assertThat(rowsOf(bob.id)).containsExactly("account_deletions");
  }

  /** The tables that have rows of an account. */
  private List<String> rowsOf(AccountId account) throws Exception {
    return database()
        .<List<String>, Exception>read(
            handle -> {
              List<String> found = new ArrayList<>();
              try (ResultSet columns =
                  handle
                      .getConnection()
                      .getMetaData()
                      .getColumns(null, handle.getConnection().getSchema(), null, "account_id")) {
                while (columns.next()) {
                  String table = columns.getString("TABLE_NAME");
                  if (handle
                          .createQuery("SELECT count(*) FROM " + table + " WHERE account_id = ?")
                          .bind(0, account.bytes())
                          .mapTo(Long.class)
                          .one()
                      > 0) {
                    found.add(table);
                  }
                }
              }
              return found;
            });
  }

  @Test
  void aDeletionThatIsCutShortGoesOnUntilNothingCanBeLeft() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    Keeping feature = new Keeping();
    feature.broken = true;
    assertThat(new Administration(database(), List.of(feature), calendar).delete(ALICE)).isTrue();
    assertThat(feature.left).isEqualTo(3);

    feature.broken = false;
    new Deletions(database(), List.of(feature), calendar).goOn();
    assertThat(feature.left).isZero();
    // A session that has not ended yet may have added something meanwhile.
    feature.left = 2;
    calendar.pass(Duration.ofMinutes(1));
    database().migrate("notes", DatabaseContract.class, "org/anonymouscloud/core/testing/notes");
    new Deletions(database(), List.of(feature), calendar).goOn();
    assertThat(feature.left).isZero();
    assertThat(rowsOf(alice.id)).as("a feature is switched off").hasSize(1);

    feature.owner = "notes";
    new Deletions(database(), List.of(feature), calendar).goOn();
    assertThat(rowsOf(alice.id)).isEmpty();
    register(alice);
  }

  /** A feature's rows, of which it lets one go at a time. */
  private static final class Keeping implements FeatureData {
    private int left = 3;
    private boolean broken;
    private String owner = "none";

    @Override
    public Migrations tables() {
      return Migrations.of(owner, DatabaseContract.class, "org/anonymouscloud/core/testing/notes");
    }

    @Override
    public long usedBytes(Handle rows, AccountId account) {
      return left;
    }

    @Override
    public boolean forget(Handle rows, AccountId account) {
      if (broken) {
        throw new IllegalStateException("no luck today");
      }
      left = Math.max(0, left - 1);
      return left > 0;
    }
  }

  // The chain

  @Test
  void theChainGrowsAndIsReadInPieces() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    List<byte[]> all = new ArrayList<>(List.of(alice.create.encode()));
    for (int i = 0; i < 20; i++) {
      ChainLink link = alice.addDevice();
      tell(peer, AccountMethod.CHAIN_APPEND, BareAccount.append(link));
      alice.appended(link);
      all.add(link.encode());
    }

    List<byte[]> read = new ArrayList<>();
    Messages.ChainGot piece;
    do {
      piece = chain(peer, read.size());
      read.addAll(piece.links());
    } while (piece.more());
    assertThat(read).hasSize(21);
    for (int i = 0; i < all.size(); i++) {
      assertThat(read.get(i)).isEqualTo(all.get(i));
    }
    assertThat(chain(peer, 21).links()).isEmpty();
    assertThat(chain(peer, Long.MAX_VALUE).links()).isEmpty();
  }

  @Test
  void aDeviceThatWasAddedLogsInAndFindsItsSlot() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    ChainLink link = alice.addDevice();
    Messages.ChainAppend append = BareAccount.append(link);
    tell(loggedIn(alice), AccountMethod.CHAIN_APPEND, append);
    DeviceId second = BareAccount.added(link);
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = peer(hash);

    tell(peer, AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash, second));

    assertThat(peer.device()).contains(second);
    assertThat(slot(peer, new SlotId.Device(second))).isEqualTo(append.slots().getFirst());
    assertThat(slot(peer, new SlotId.Recovery())).isEqualTo(alice.slots.get(1).encode());
    for (Messages.SlotGet missing :
        List.of(
            new Messages.SlotGet(new SlotId.Device(DeviceId.random()).encode(), 0),
            new Messages.SlotGet(new SlotId.Password().encode(), 1))) {
      refuses(ErrorCode.NOT_FOUND, peer, AccountMethod.SLOT_GET, missing);
    }
  }

  @Test
  void ofTwoThatAppendTogetherOneMustLookAgain() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    List<AccountPeer> peers = List.of(loggedIn(alice), loggedIn(alice));
    for (int round = 1; round <= 8; round++) {
      List<ChainLink> links = List.of(alice.addDevice(), alice.addDevice());

      List<ErrorCode> lost =
          race(
              peers,
              AccountMethod.CHAIN_APPEND,
              links.stream().map(link -> (Object) BareAccount.append(link)).toList());

      assertThat(lost).containsExactly(ErrorCode.CONFLICT);
      byte[] won = chain(peers.getFirst(), round).links().getFirst();
      ChainLink winner = Arrays.equals(won, links.get(0).encode()) ? links.get(0) : links.get(1);
      assertThat(winner.encode()).isEqualTo(won);
      assertThat(chain(peers.getFirst(), round + 1L).links()).isEmpty();
      alice.appended(winner);
    }
    Refused late =
        refuses(
            ErrorCode.CONFLICT,
            peers.getFirst(),
            AccountMethod.CHAIN_APPEND,
            BareAccount.append(alice.addDeviceAfter(alice.create)));
    assertThat(late.retryable()).isTrue();
  }

  @Test
  @Tag("A5")
  void aLinkThatDoesNotFollowIsRefused() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    BareAccount bob = new BareAccount(BOB);
    register(alice);
    register(bob);
    AccountPeer peer = loggedIn(alice);
    ChainLink right = alice.addDevice();
    byte[] badSignature = right.encode();
    badSignature[badSignature.length - 1] ^= 1;

    for (Messages.ChainAppend wrong :
        List.of(
            BareAccount.append(bob.addDevice()),
            BareAccount.append(alice.addDeviceAfter(right)),
            with(badSignature, BareAccount.append(right).slots()),
            with(right.encode(), List.of()),
            with(right.encode(), BareAccount.encode(alice.slots)),
            with(right.encode(), BareAccount.append(alice.addDevice()).slots()),
            with(new byte[0], BareAccount.append(right).slots()),
            new Messages.ChainAppend(
                right.encode(), BareAccount.append(right).slots(), anyRecord()))) {
      refuses(ErrorCode.BAD_REQUEST, peer, AccountMethod.CHAIN_APPEND, wrong);
    }
    assertThat(chain(peer, 1).links()).isEmpty();
    tell(peer, AccountMethod.CHAIN_APPEND, BareAccount.append(right));
    assertThat(chain(peer, 1).links()).hasSize(1);
  }

  private static Messages.ChainAppend with(byte[] link, List<byte[]> slots) {
    return new Messages.ChainAppend(link, slots, new byte[0]);
  }

  @Test
  @Tag("A16")
  void aRemovedDeviceIsToldSoOnceItHasProvenItself() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    ChainLink added = alice.addDevice();
    tell(peer, AccountMethod.CHAIN_APPEND, BareAccount.append(added));
    alice.appended(added);
    DeviceId lost = BareAccount.added(added);
    AccountPeer lostPeer = loggedIn(alice, lost);
    assertThat(lostPeer.isStillValid()).isTrue();
    ChainLink gone = alice.revoke(1, lost);
    SlotId[] remaining = {
      new SlotId.Password(), new SlotId.Recovery(), new SlotId.Device(alice.device)
    };
    Messages.ChainAppend right = BareAccount.append(gone, 1, new byte[0], remaining);
    for (Messages.ChainAppend incomplete :
        List.of(
            with(gone.encode(), List.of()),
            with(gone.encode(), right.slots().subList(0, 2)),
            with(gone.encode(), BareAccount.append(gone, 0, new byte[0], remaining).slots()))) {
      refuses(ErrorCode.BAD_REQUEST, peer, AccountMethod.CHAIN_APPEND, incomplete);
    }

    tell(peer, AccountMethod.CHAIN_APPEND, right);
    alice.appended(gone);

    assertThat(lostPeer.isStillValid()).isFalse();
    assertThat(peer.isStillValid()).isTrue();
    byte[] hash = RandomBytes.next(HASH);
    Messages.DeviceLogin login = alice.deviceLogin(hash, lost);
    refuses(ErrorCode.DEVICE_REVOKED, peer(hash), AccountMethod.DEVICE_LOGIN, login);
    refuses(ErrorCode.LOGIN_FAILED, stranger(), AccountMethod.DEVICE_LOGIN, login);
    refuses(
        ErrorCode.NOT_FOUND,
        peer,
        AccountMethod.SLOT_GET,
        new Messages.SlotGet(new SlotId.Device(lost).encode(), 0));
    assertThat(slot(peer, new SlotId.Password(), 1)).isEqualTo(right.slots().getFirst());
  }

  @Test
  @Tag("A13")
  void aChangedPasswordTakesThePlaceOfTheOldInOneStep() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    ChainLink changed = alice.changePassword();
    Messages.ChainAppend right = BareAccount.append(changed, 0, anyRecord(), new SlotId.Password());
    byte[] request = registrationRequest();
    refuses(
        ErrorCode.NOT_LOGGED_IN,
        stranger(),
        AccountMethod.PASSWORD_START,
        new Messages.PasswordStart(request));
    assertThat(
            ask(
                    peer,
                    AccountMethod.PASSWORD_START,
                    new Messages.PasswordStart(request),
                    Messages.RegisterStarted.class)
                .response())
        .isNotEmpty();
    for (Messages.ChainAppend incomplete :
        List.of(
            with(right.link(), right.slots()),
            new Messages.ChainAppend(right.link(), List.of(), right.record()),
            new Messages.ChainAppend(right.link(), right.slots(), new byte[7]))) {
      refuses(ErrorCode.BAD_REQUEST, peer, AccountMethod.CHAIN_APPEND, incomplete);
    }
    assertThat(slot(peer, new SlotId.Password())).isEqualTo(alice.slots.getFirst().encode());

    tell(peer, AccountMethod.CHAIN_APPEND, right);

    assertThat(slot(peer, new SlotId.Password())).isEqualTo(right.slots().getFirst());
    assertThat(slot(peer, new SlotId.Recovery())).isEqualTo(alice.slots.get(1).encode());
  }

  @Test
  @Tag("A14")
  void recoveryWordsProveThemselvesForOneChannelOnlyAndBringInADevice() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = peer(hash);
    assertThat(AccountId.of(recoveryStart(peer, ALICE))).isEqualTo(alice.id);
    for (Map.Entry<AccountMethod, Object> question : questionsOfTheLoggedIn().entrySet()) {
      refuses(ErrorCode.NOT_LOGGED_IN, peer, question.getKey(), question.getValue());
    }
    refuses(
        ErrorCode.LOGIN_FAILED,
        peer,
        AccountMethod.RECOVERY_FINISH,
        alice.recoveryLogin(alice.id, RandomBytes.next(HASH)));
    refuses(
        ErrorCode.BAD_REQUEST,
        peer,
        AccountMethod.RECOVERY_FINISH,
        alice.recoveryLogin(alice.id, hash));

    recoveryStart(peer, ALICE);
    tell(peer, AccountMethod.RECOVERY_FINISH, alice.recoveryLogin(alice.id, hash));
    assertThat(peer.account()).as("words alone open no feature").isEmpty();
    ChainLink recovered = alice.recover(false, 1);
    DeviceId fresh = BareAccount.added(recovered);
    tell(
        peer,
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(
            recovered,
            1,
            anyRecord(),
            new SlotId.Password(),
            new SlotId.Recovery(),
            new SlotId.Device(fresh)));
    tell(peer, AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash, fresh));

    assertThat(peer.device()).contains(fresh);
    byte[] other = RandomBytes.next(HASH);
    refuses(
        ErrorCode.DEVICE_REVOKED,
        peer(other),
        AccountMethod.DEVICE_LOGIN,
        alice.deviceLogin(other));
  }

  @Test
  @Tag("A11")
  void whoAsksForTheRecoveryOfAnUnknownUserLearnsNothing() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    List<Refused> refusals = new ArrayList<>();
    List<byte[]> ids = new ArrayList<>();
    for (UserName name : List.of(ALICE, BOB, BOB)) {
      AccountPeer peer = stranger();
      ids.add(recoveryStart(peer, name));
      refusals.add(
          refuses(
              ErrorCode.LOGIN_FAILED,
              peer,
              AccountMethod.RECOVERY_FINISH,
              new Messages.RecoveryFinish(RandomBytes.next(64))));
    }

    assertThat(ids.get(0)).hasSameSizeAs(ids.get(1));
    assertThat(ids.get(1)).as("the same each time").isEqualTo(ids.get(2)).isNotEqualTo(ids.get(0));
    assertThat(refusals.get(1)).hasMessage(refusals.get(0).getMessage());
  }

  private static byte[] recoveryStart(AccountPeer peer, UserName name) throws Refused, Malformed {
    return ask(
            peer,
            AccountMethod.RECOVERY_START,
            new Messages.RecoveryStart(name.text()),
            Messages.RecoveryStarted.class)
        .account();
  }

  // Key bags

  @Test
  void aKeyBagIsReplacedByTheNextVersionOnly() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    assertThat(keyBag(peer).version()).isZero();
    assertThat(keyBag(peer).sealed()).isEqualTo(alice.keyBag);
    byte[] next = RandomBytes.next(64 * 1024);

    tell(peer, AccountMethod.KEY_BAG_PUT, new Messages.KeyBag(1, next));
    for (long version : new long[] {Long.MIN_VALUE, -1, 0, 1, 3, Long.MAX_VALUE}) {
      Refused refused =
          refuses(
              ErrorCode.CONFLICT,
              peer,
              AccountMethod.KEY_BAG_PUT,
              new Messages.KeyBag(version, new byte[1]));
      assertThat(refused.retryable()).isTrue();
    }
    refuses(
        ErrorCode.BAD_REQUEST,
        peer,
        AccountMethod.KEY_BAG_PUT,
        new Messages.KeyBag(2, new byte[64 * 1024 + 1]));

    assertThat(keyBag(peer).version()).isEqualTo(1);
    assertThat(keyBag(peer).sealed()).isEqualTo(next);
  }

  @Test
  void ofTwoThatReplaceAKeyBagTogetherOneMustLookAgain() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    List<AccountPeer> peers = List.of(loggedIn(alice), loggedIn(alice));
    for (int version = 1; version <= 8; version++) {
      List<ErrorCode> lost =
          race(
              peers,
              AccountMethod.KEY_BAG_PUT,
              List.of(
                  new Messages.KeyBag(version, new byte[] {1}),
                  new Messages.KeyBag(version, new byte[] {2})));

      assertThat(lost).containsExactly(ErrorCode.CONFLICT);
      assertThat(keyBag(peers.getFirst()).version()).isEqualTo(version);
    }
  }

  // Several nodes, and what is not a message

  @Test
  void whatOneNodeStoresTheOtherServes() throws Exception {
    AccountService other = service(Registration.OPEN);
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = other.peer(hash, HERE);

    tell(peer, AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash));

    assertThat(keyBag(peer).sealed()).isEqualTo(alice.keyBag);
  }

  @Test
  void accountsAreListedByName() throws Exception {
    for (String name : List.of("mallory", "alice", "bob")) {
      register(new BareAccount(new UserName(name)));
    }

    assertThat(owner().accounts())
        .extracting(account -> account.name().text())
        .containsExactly("alice", "bob", "mallory");
  }

  @Test
  void aDatabaseThatIsAwayIsToldAsSuch() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    database().close();

    Refused refused =
        refuses(ErrorCode.UNAVAILABLE, peer, AccountMethod.KEY_BAG_GET, new Messages.Empty());
    assertThat(refused.retryable()).isTrue();
    refuses(
        ErrorCode.UNAVAILABLE,
        peer,
        AccountMethod.KEY_BAG_PUT,
        new Messages.KeyBag(1, new byte[1]));
  }

  @Test
  void aMethodThatThereIsNotIsRefused() {
    for (String method : List.of("account/", "account/register", "account/LOGOUT", "")) {
      assertThatThrownBy(() -> send(stranger(), method, Cbor.encode(Map.of())))
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_METHOD));
    }
  }

  @Test
  @Tag("A36")
  void whatIsNotAMessageIsRefusedAsSuch() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    BareAccount bob = new BareAccount(BOB);
    List<Object> questions =
        List.of(
            new Messages.RegisterStart(BOB.text(), registrationRequest(), NO_INVITE),
            bob.registration(anyRecord()),
            new Messages.LoginStart(BOB.text(), loginRequest()),
            new Messages.LoginFinish(new byte[LoginProof.LENGTH]),
            alice.deviceLogin(new byte[HASH]),
            new Messages.RecoveryStart(BOB.text()),
            new Messages.RecoveryFinish(new byte[64]),
            new Messages.PasswordStart(registrationRequest()),
            new Messages.ChainGet(0),
            BareAccount.append(alice.addDevice()),
            new Messages.SlotGet(new SlotId.Password().encode(), 0),
            new Messages.KeyBag(1, new byte[40]),
            nullsIn("link", "slots", "record", "keyBag"),
            nullsIn("userName", "request", "proof", "account"),
            Map.of("link", alice.addDevice().encode(), "slots", Arrays.asList(new byte[3], null)),
            Map.of(
                "userName",
                "bob",
                "record",
                anyRecord(),
                "link",
                bob.create.encode(),
                "slots",
                Arrays.asList(null, null, null),
                "keyBag",
                new byte[1]),
            Map.of("userName", "\u0000", "request", loginRequest()),
            Map.of("userName", "x".repeat(100_000), "request", loginRequest()),
            List.of(),
            "text",
            7);
    for (AccountMethod method : AccountMethod.values()) {
      for (Object question : questions) {
        byte[] whole = Cbor.encode(question);
        for (int i = 0; i < 12; i++) {
          byte[] changed = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
          if (i == 0) {
            changed = whole;
          } else if (i % 2 == 0) {
            changed = whole.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
          }
          // Deleting is no message that could be malformed, and would end this.
          boolean asAlice = i % 3 == 0 && method != AccountMethod.DELETE;
          AccountPeer peer = asAlice ? loggedIn(alice) : stranger();
          try {
            send(peer, method.toString(), changed);
          } catch (Refused refused) {
            assertThat(refused.getMessage()).isNotBlank();
          } catch (RuntimeException e) {
            throw new AssertionError(
                method + " with seed " + seed + " at " + question + ", " + i, e);
          }
        }
      }
    }
  }

  private static Map<String, Object> nullsIn(String... fields) {
    Map<String, Object> message = new java.util.HashMap<>();
    for (String field : fields) {
      message.put(field, null);
    }
    return message;
  }

  // Words of the tests

  private AccountService service(Registration registration) {
    return service(registration, secrets);
  }

  private AccountService service(Registration registration, ServerSecrets with) {
    return new AccountService(database(), with, calendar, new AccountPolicy(registration, QUOTA));
  }

  private OpenDatabase database() {
    return Objects.requireNonNull(database);
  }

  /** What the server's owner does. */
  private Administration owner() {
    return new Administration(database(), List.of(), calendar);
  }

  private AccountService service() {
    return Objects.requireNonNull(service);
  }

  private AccountPeer peer(byte[] handshakeHash) {
    return service().peer(handshakeHash, HERE);
  }

  /** A session of somebody who has not logged in. */
  private AccountPeer stranger() {
    return peer(RandomBytes.next(HASH));
  }

  private AccountPeer loggedIn(BareAccount account) throws Refused, Malformed {
    return loggedIn(account, account.device);
  }

  private AccountPeer loggedIn(BareAccount account, DeviceId device) throws Refused, Malformed {
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = peer(hash);
    tell(peer, AccountMethod.DEVICE_LOGIN, account.deviceLogin(hash, device));
    return peer;
  }

  private void register(BareAccount account) throws Refused, Malformed {
    tell(stranger(), AccountMethod.REGISTER_FINISH, account.registration(anyRecord()));
  }

  /** A record of the right form, which no password fits. */
  private static byte[] anyRecord() {
    try (Secret seed = Secret.random(32)) {
      return RegistrationRecord.fake(seed, "anybody").encode();
    }
  }

  private static byte[] registrationRequest() {
    try (Secret password = Secret.random(8)) {
      return new OpaqueClient().register(password).request().encode();
    }
  }

  private static byte[] loginRequest() {
    try (Secret password = Secret.random(8)) {
      return new OpaqueClient().login(password).request().encode();
    }
  }

  private static byte[] loginStart(AccountPeer peer, UserName name, byte[] request)
      throws Refused, Malformed {
    return ask(
            peer,
            AccountMethod.LOGIN_START,
            new Messages.LoginStart(name.text(), request),
            Messages.LoginStarted.class)
        .response();
  }

  private static Messages.ChainGot chain(AccountPeer peer, long from) throws Refused, Malformed {
    return ask(peer, AccountMethod.CHAIN_GET, new Messages.ChainGet(from), Messages.ChainGot.class);
  }

  private static byte[] slot(AccountPeer peer, SlotId slot) throws Refused, Malformed {
    return slot(peer, slot, 0);
  }

  private static byte[] slot(AccountPeer peer, SlotId slot, int generation)
      throws Refused, Malformed {
    return ask(
            peer,
            AccountMethod.SLOT_GET,
            new Messages.SlotGet(slot.encode(), generation),
            Messages.SlotGot.class)
        .slot();
  }

  private static Messages.KeyBag keyBag(AccountPeer peer) throws Refused, Malformed {
    return ask(peer, AccountMethod.KEY_BAG_GET, new Messages.Empty(), Messages.KeyBag.class);
  }

  private static void tell(AccountPeer peer, AccountMethod method, Object question)
      throws Refused, Malformed {
    ask(peer, method, question, Messages.Empty.class);
  }

  private static <T> T ask(AccountPeer peer, AccountMethod method, Object question, Class<T> answer)
      throws Refused, Malformed {
    return Cbor.decode(send(peer, method.toString(), Cbor.encode(question)), answer);
  }

  private static byte[] send(AccountPeer peer, String method, byte[] body) throws Refused {
    return peer.handle(
        new Request(method, body, InputStream.nullInputStream(), OutputStream.nullOutputStream()));
  }

  private static Refused refuses(
      ErrorCode code, AccountPeer peer, AccountMethod method, Object question) {
    try {
      send(peer, method.toString(), Cbor.encode(question));
    } catch (Refused refused) {
      assertThat(refused.code()).as(method + ": " + refused.getMessage()).isEqualTo(code);
      return refused;
    }
    throw new AssertionError(method + " was not refused with " + code + ".");
  }

  /** Each peer asks its question at the same time; the refusals come back. */
  private static List<ErrorCode> race(
      List<AccountPeer> peers, AccountMethod method, List<?> questions) throws Exception {
    CyclicBarrier start = new CyclicBarrier(peers.size());
    List<ErrorCode> lost = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Optional<ErrorCode>>> racers = new ArrayList<>();
      for (int i = 0; i < peers.size(); i++) {
        AccountPeer peer = peers.get(i);
        byte[] body = Cbor.encode(questions.get(i));
        racers.add(
            threads.submit(
                () -> {
                  start.await();
                  try {
                    send(peer, method.toString(), body);
                    return Optional.empty();
                  } catch (Refused refused) {
                    return Optional.of(refused.code());
                  }
                }));
      }
      for (Future<Optional<ErrorCode>> racer : racers) {
        racer.get().ifPresent(lost::add);
      }
    }
    return lost;
  }
}
