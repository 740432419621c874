package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.Messages;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.AccountSummary;
import org.anonymouscloud.core.account.server.ServerSecrets;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.opaque.Identities;
import org.anonymouscloud.core.opaque.LoginProof;
import org.anonymouscloud.core.opaque.LoginResponse;
import org.anonymouscloud.core.opaque.OpaqueClient;
import org.anonymouscloud.core.opaque.PasswordRefused;
import org.anonymouscloud.core.opaque.RegistrationResponse;
import org.anonymouscloud.core.session.server.Network;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Logins, chains and key bags, asked as a hostile or clumsy client might. */
public abstract class AccountServiceContract extends AccountServiceFixture {
  /** What a password or the words do not suffice for. */
  private static final List<AccountMethod> QUESTIONS_OF_DEVICES =
      List.of(
          AccountMethod.PAIR_OPEN,
          AccountMethod.PAIR_CLOSE,
          AccountMethod.MARK_GET,
          AccountMethod.MARK_PUT,
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
  @Tag("S4.7")
  void howeverOftenWhoHasTheAccountKeyLogsInRightlyThatIsNoGuess() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    OpaqueClient opaque = new OpaqueClient();
    try (Secret password = Secret.of("correct horse".getBytes(UTF_8))) {
      OpaqueClient.Registration registration = opaque.register(password);
      Messages.RegisterStart start =
          new Messages.RegisterStart(ALICE.text(), registration.request().encode(), NO_INVITE);
      AccountPeer first = stranger();
      byte[] response =
          ask(first, AccountMethod.REGISTER_START, start, Messages.RegisterStarted.class)
              .response();
      OpaqueClient.Registered registered =
          registration.finish(
              RegistrationResponse.decode(response), Identities.ofClient(ALICE.bytes()));
      tell(first, AccountMethod.REGISTER_FINISH, alice.registration(registered.record().encode()));

      for (int i = 0; i < 25; i++) {
        byte[] hash = RandomBytes.next(HASH);
        OpaqueClient.Login login = opaque.login(password);
        Messages.LoginStart question =
            new Messages.LoginStart(ALICE.text(), login.request().encode(), alice.pass(hash));
        AccountPeer peer = peer(hash);
        byte[] answer =
            ask(peer, AccountMethod.LOGIN_START, question, Messages.LoginStarted.class).response();
        OpaqueClient.LoggedIn in =
            login.finish(
                LoginResponse.decode(answer),
                Identities.ofClient(ALICE.bytes()),
                AccountMethod.loginContext(hash));
        Messages.LoginFinish finish = new Messages.LoginFinish(in.proof().encode());
        assertThat(
                ask(peer, AccountMethod.LOGIN_FINISH, finish, Messages.LoginFinished.class)
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
        Map.entry(AccountMethod.PAIR_OPEN, new Messages.Empty()),
        Map.entry(AccountMethod.PAIR_CLOSE, new Messages.PairClose(new byte[5])),
        Map.entry(AccountMethod.MARK_GET, new Messages.Empty()),
        Map.entry(AccountMethod.MARK_PUT, putMark(new byte[0], newMark())),
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
  @Tag("A36")
  @Tag("S4.6")
  void longLinksAreReadInPiecesOfSixtyFourKibibytes() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = peer(hash);
    var _ =
        ask(
            peer,
            AccountMethod.RECOVERY_LOGIN,
            alice.recoveryLogin(hash),
            Messages.RecoveryLoggedIn.class);
    for (int generation = 1; generation <= 16; generation++) {
      passwordStart(peer, registrationRequest());
      ChainLink link = alice.recover(false, generation);
      tell(
          peer,
          AccountMethod.CHAIN_APPEND,
          BareAccount.append(
              link,
              generation,
              anyRecord(),
              new SlotId.Password(),
              new SlotId.Recovery(),
              new SlotId.Device(BareAccount.added(link))));
      alice.appended(link);
    }

    int read = 0;
    Messages.ChainGot piece;
    do {
      piece = chain(peer, read);
      assertThat(piece.links().stream().mapToInt(link -> link.length).sum())
          .isBetween(1, 64 * 1024);
      read += piece.links().size();
    } while (piece.more());
    assertThat(read).isEqualTo(17);
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
                right.encode(), BareAccount.append(right).slots(), anyRecord(), NO_PASS))) {
      refuses(ErrorCode.BAD_REQUEST, peer, AccountMethod.CHAIN_APPEND, wrong);
    }
    assertThat(chain(peer, 1).links()).isEmpty();
    tell(peer, AccountMethod.CHAIN_APPEND, BareAccount.append(right));
    assertThat(chain(peer, 1).links()).hasSize(1);
  }

  /** A damaged link in the middle shows who reads the whole chain again. */
  @Test
  @Tag("S4.9")
  void aNewLinkIsCheckedAgainstWhatWasCheckedBeforeAndAStaleOneAgainstItsNumberAlone()
      throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    for (int i = 0; i < 3; i++) {
      ChainLink rename = alice.rename();
      tell(peer, AccountMethod.CHAIN_APPEND, with(rename.encode(), List.of()));
      alice.appended(rename);
    }
    database()
        .<Integer, RuntimeException>write(
            handle ->
                handle.execute("UPDATE account_links SET link = ? WHERE seq = 1", new byte[9]));

    ChainLink next = alice.rename();
    tell(peer, AccountMethod.CHAIN_APPEND, with(next.encode(), List.of()));
    alice.appended(next);
    AccountPeer fresh = freshlyStarted(alice);
    refuses(ErrorCode.CONFLICT, fresh, AccountMethod.CHAIN_APPEND, with(next.encode(), List.of()));
    refuses(
        ErrorCode.INTERNAL,
        fresh,
        AccountMethod.CHAIN_APPEND,
        with(alice.rename().encode(), List.of()));
  }

  private AccountPeer freshlyStarted(BareAccount account) throws Exception {
    restart(Registration.OPEN);
    return loggedIn(account);
  }

  private static Messages.ChainAppend with(byte[] link, List<byte[]> slots) {
    return new Messages.ChainAppend(link, slots, new byte[0], new byte[0]);
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
    refuses(ErrorCode.BAD_REQUEST, peer, AccountMethod.CHAIN_APPEND, right);
    assertThat(passwordStart(peer, request)).isNotEmpty();
    for (Messages.ChainAppend incomplete :
        List.of(
            with(right.link(), right.slots()),
            new Messages.ChainAppend(right.link(), List.of(), right.record(), right.loginKey()),
            new Messages.ChainAppend(right.link(), right.slots(), new byte[7], right.loginKey()),
            new Messages.ChainAppend(right.link(), right.slots(), right.record(), new byte[31]))) {
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
    refuses(
        ErrorCode.LOGIN_FAILED,
        peer,
        AccountMethod.RECOVERY_LOGIN,
        alice.recoveryLogin(RandomBytes.next(HASH)));
    for (Map.Entry<AccountMethod, Object> question : questionsOfTheLoggedIn().entrySet()) {
      refuses(ErrorCode.NOT_LOGGED_IN, peer, question.getKey(), question.getValue());
    }

    Messages.RecoveryLoggedIn in =
        ask(
            peer,
            AccountMethod.RECOVERY_LOGIN,
            alice.recoveryLogin(hash),
            Messages.RecoveryLoggedIn.class);
    assertThat(AccountId.of(in.account())).isEqualTo(alice.id);
    assertThat(peer.account()).as("words alone open no feature").isEmpty();
    passwordStart(peer, registrationRequest());
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
  @Tag("S4.8")
  void whoHasNotProvenTheWordsIsToldNoAccountAndNotWhetherThereIsOne() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    List<String> refusals = new ArrayList<>();
    for (BareAccount asked : List.of(alice, new BareAccount(BOB))) {
      refusals.add(
          refuses(
                  ErrorCode.LOGIN_FAILED,
                  stranger(),
                  AccountMethod.RECOVERY_LOGIN,
                  asked.recoveryLogin(RandomBytes.next(HASH)))
              .getMessage());
    }

    assertThat(refusals.get(1)).isEqualTo(refusals.get(0));
  }

  // Passwords

  @Test
  @Tag("A11")
  @Tag("S4.8")
  void aLoginIsAnsweredAlikeBeforeARegistrationAfterItAndWhenTheAccountIsGone() throws Exception {
    byte[] request = loginRequest();
    byte[] before = evaluated(ALICE, request);
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    assertThat(evaluated(ALICE, request)).isEqualTo(before);
    service().delete(alice.id);

    assertThat(evaluated(ALICE, request)).isEqualTo(before);
  }

  /**
   * Who has a session could try passwords against what one login has given, if any other method
   * evaluated under the same key.
   */
  @Test
  @Tag("S4.5")
  void nothingButALoginEvaluatesUnderTheKeyOfThePasswordInForce() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    byte[] login = loginRequest();
    byte[] guess = Arrays.copyOf(login, P256Point.LENGTH);
    byte[] first = evaluated(ALICE, login);
    byte[] fresh = Arrays.copyOf(passwordStart(peer, guess), P256Point.LENGTH);
    assertThat(fresh).isNotEqualTo(first);
    refuses(
        ErrorCode.NAME_TAKEN,
        stranger(),
        AccountMethod.REGISTER_START,
        new Messages.RegisterStart(ALICE.text(), guess, NO_INVITE));

    tell(
        peer,
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(alice.changePassword(), 0, anyRecord(), new SlotId.Password()));

    byte[] second = evaluated(ALICE, login);
    assertThat(second).as("the record is used with what it was made with").isEqualTo(fresh);
    assertThat(Arrays.copyOf(passwordStart(peer, guess), P256Point.LENGTH))
        .isNotEqualTo(second)
        .isNotEqualTo(first);
  }

  @Test
  @Tag("S4.L6")
  void aDeviceThatHasShownNothingElseDeletesNothingNorByAPasswordThatItHasSet() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer device = loggedIn(alice);
    refuses(ErrorCode.BAD_REQUEST, device, AccountMethod.DELETE, new Messages.Empty());
    Secret chosen = Secret.of("chosen by a thief".getBytes(US_ASCII));
    changePassword(device, alice, chosen);

    AccountPeer thief = loggedInByPassword(alice, chosen);
    assertThat(thief.account()).contains(alice.id);
    Refused early =
        refuses(ErrorCode.RATE_LIMITED, thief, AccountMethod.DELETE, new Messages.Empty());
    assertThat(early).hasMessageContaining("less than 7 days");
    calendar.pass(Duration.ofDays(7));
    tell(loggedInByPassword(alice, chosen), AccountMethod.DELETE, new Messages.Empty());

    byte[] hash = RandomBytes.next(HASH);
    refuses(
        ErrorCode.LOGIN_FAILED, peer(hash), AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash));
  }

  @Test
  @Tag("S4.L6")
  void aPasswordThatADeviceSetsIsTheDevicesWhateverItsSessionHasShown() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    Secret chosen = Secret.of("chosen by a thief".getBytes(US_ASCII));
    Secret again = Secret.of("and once more by it".getBytes(US_ASCII));
    changePassword(loggedIn(alice), alice, chosen);

    changePassword(provenByPassword(alice, chosen, RandomBytes.next(HASH)), alice, again);

    refuses(
        ErrorCode.RATE_LIMITED,
        loggedInByPassword(alice, again),
        AccountMethod.DELETE,
        new Messages.Empty());
  }

  @Test
  @Tag("S4.5")
  @Tag("S4.L6")
  void whatASessionHasShownIsVoidOnceSomethingElseIsInForce() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    Secret first = Secret.of("the first password".getBytes(US_ASCII));
    Secret second = Secret.of("the second password".getBytes(US_ASCII));
    changePassword(loggedIn(alice), alice, first);
    calendar.pass(Duration.ofDays(7));
    AccountPeer proven = provenByPassword(alice, first, RandomBytes.next(HASH));
    AccountPeer withDevice = loggedInByPassword(alice, first);
    Messages.ChainGet question = new Messages.ChainGet(0);
    tell(proven, AccountMethod.CHAIN_GET, question);

    changePassword(loggedIn(alice), alice, second);

    refuses(ErrorCode.NOT_LOGGED_IN, proven, AccountMethod.CHAIN_GET, question);
    refuses(ErrorCode.BAD_REQUEST, withDevice, AccountMethod.DELETE, new Messages.Empty());
    AccountPeer knows = provenByPassword(alice, second, RandomBytes.next(HASH));
    owner().setActive(ALICE, false);
    refuses(ErrorCode.NOT_LOGGED_IN, knows, AccountMethod.CHAIN_GET, question);
  }

  @Test
  @Tag("S4.L6")
  void whoHasShownTheWordsDeletesAtOnce() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);

    tell(loggedInByWords(alice), AccountMethod.DELETE, new Messages.Empty());
  }

  @Test
  @Tag("A16")
  @Tag("S4.1")
  void thePasswordOfARemovedDeviceIsAnsweredLikeAWrongOne() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    DeviceId stolen = anotherDevice(alice);
    Secret thiefs = Secret.of("the thief's password".getBytes(US_ASCII));
    alice.madeBy(stolen);
    changePassword(loggedIn(alice, stolen), alice, thiefs);
    AccountPeer proven = provenByPassword(alice, thiefs, RandomBytes.next(HASH));
    alice.madeBy(alice.device);
    ChainLink gone = alice.revoke(1, stolen);
    SlotId[] without = {new SlotId.Recovery(), new SlotId.Device(alice.device)};
    SlotId[] with = {new SlotId.Password(), without[0], without[1]};
    AccountPeer owner = loggedIn(alice);
    refuses(
        ErrorCode.BAD_REQUEST,
        owner,
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(gone, 1, new byte[0], with));

    tell(owner, AccountMethod.CHAIN_APPEND, BareAccount.append(gone, 1, new byte[0], without));
    alice.appended(gone);

    assertThatThrownBy(() -> provenByPassword(alice, thiefs, RandomBytes.next(HASH)))
        .isInstanceOf(PasswordRefused.class);
    refuses(ErrorCode.NOT_LOGGED_IN, proven, AccountMethod.CHAIN_GET, new Messages.ChainGet(0));
    refuses(
        ErrorCode.BAD_REQUEST,
        owner,
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(alice.addDeviceByPassword()));
    for (int generation = 0; generation <= 1; generation++) {
      refuses(
          ErrorCode.NOT_FOUND,
          owner,
          AccountMethod.SLOT_GET,
          new Messages.SlotGet(new SlotId.Password().encode(), generation));
    }
  }

  private static void changePassword(AccountPeer peer, BareAccount account, Secret password)
      throws Exception {
    OpaqueClient.Registration opaque = new OpaqueClient().register(password);
    byte[] answer = passwordStart(peer, opaque.request().encode());
    OpaqueClient.Registered made =
        opaque.finish(
            RegistrationResponse.decode(answer), Identities.ofClient(account.name.bytes()));
    ChainLink link = account.changePassword();
    tell(
        peer,
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(link, 0, made.record().encode(), new SlotId.Password()));
    account.appended(link);
  }

  private AccountPeer loggedInByPassword(BareAccount account, Secret password) throws Exception {
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = provenByPassword(account, password, hash);
    tell(peer, AccountMethod.DEVICE_LOGIN, account.deviceLogin(hash));
    return peer;
  }

  private AccountPeer provenByPassword(BareAccount account, Secret password, byte[] hash)
      throws Exception {
    AccountPeer peer = peer(hash);
    OpaqueClient.Login login = new OpaqueClient().login(password);
    OpaqueClient.LoggedIn in =
        login.finish(
            LoginResponse.decode(loginStart(peer, account.name, login.request().encode())),
            Identities.ofClient(account.name.bytes()),
            AccountMethod.loginContext(hash));
    send(
        peer,
        AccountMethod.LOGIN_FINISH.toString(),
        Cbor.encode(new Messages.LoginFinish(in.proof().encode())));
    return peer;
  }

  // Key bags

  @Test
  @Tag("S4.1")
  void aDeviceHasNoMethodThatChangesTheKeyBag() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] junk = new byte[Messages.KeyBag.LENGTH];
    byte[] bag = Cbor.encode(Map.of("version", 1, "sealed", junk, "keyBag", junk));

    assertThatThrownBy(() -> send(loggedIn(alice), "account/key-bag-put", bag))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_METHOD));
    for (AccountMethod method : AccountMethod.values()) {
      try {
        send(loggedIn(alice), method.toString(), bag);
      } catch (Refused expected) {
        assertThat(expected.code()).isIn(ErrorCode.BAD_REQUEST, ErrorCode.NOT_LOGGED_IN);
      }
    }
    refuses(
        ErrorCode.NAME_TAKEN,
        loggedIn(alice),
        AccountMethod.REGISTER_FINISH,
        alice.registration(anyRecord()));

    assertThat(keyBag(loggedIn(alice)).sealed()).isEqualTo(alice.keyBag);
  }

  // Pairings

  @Test
  @Tag("S4.18")
  void aDeviceThatOpensPairingAfterPairingEndsNoneButItsOwn() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer owner = loggedIn(alice);
    AccountPeer stolen = loggedIn(alice, anotherDevice(alice));
    byte[] relay = pairOpen(owner);
    byte[] earlier = pairOpen(stolen);
    for (int i = 1; i < 20; i++) {
      pairOpen(stolen);
    }
    refuses(ErrorCode.RATE_LIMITED, stolen, AccountMethod.PAIR_OPEN, new Messages.Empty());
    tell(stolen, AccountMethod.PAIR_CLOSE, new Messages.PairClose(relay));

    refuses(ErrorCode.NOT_FOUND, stranger(), AccountMethod.PAIR_PUT, letter(earlier, 1));
    tell(stranger(), AccountMethod.PAIR_PUT, letter(relay, 1));
    refuses(ErrorCode.NOT_FOUND, stolen, AccountMethod.PAIR_GET, new Messages.PairGet(relay, 1));
    refuses(ErrorCode.NOT_FOUND, stolen, AccountMethod.PAIR_PUT, letter(relay, 2));
    tell(owner, AccountMethod.PAIR_PUT, letter(relay, 2));
    Messages.PairGot got =
        ask(
            stranger(),
            AccountMethod.PAIR_GET,
            new Messages.PairGet(relay, 2),
            Messages.PairGot.class);
    assertThat(got.message()).containsExactly(2);
    assertThat(pairOpen(owner)).as("counted for each device").isNotEmpty();
  }

  @Test
  @Tag("S4.18")
  void thePairingOfADeviceEndsWithItsRemoval() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer owner = loggedIn(alice);
    DeviceId stolen = anotherDevice(alice);
    byte[] theirs = pairOpen(loggedIn(alice, stolen));
    byte[] own = pairOpen(owner);

    SlotId[] left = {new SlotId.Password(), new SlotId.Recovery(), new SlotId.Device(alice.device)};
    ChainLink gone = alice.revoke(1, stolen);
    tell(owner, AccountMethod.CHAIN_APPEND, BareAccount.append(gone, 1, new byte[0], left));

    refuses(ErrorCode.NOT_FOUND, stranger(), AccountMethod.PAIR_PUT, letter(theirs, 1));
    tell(stranger(), AccountMethod.PAIR_PUT, letter(own, 1));
  }

  @Test
  @Tag("S4.18")
  void strangersWhoTryNamesOfBoxesKeepNobodyFromPairing() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] relay = pairOpen(loggedIn(alice));
    AccountPeer guesser =
        new AccountPeer(
            service(),
            RandomBytes.next(HASH),
            Network.of(InetAddress.getByAddress(new byte[] {20, 1, 1, 1})));
    for (int i = 0; i < 20; i++) {
      refuses(ErrorCode.NOT_FOUND, guesser, AccountMethod.PAIR_PUT, letter(new byte[5], 1));
    }
    refuses(ErrorCode.RATE_LIMITED, guesser, AccountMethod.PAIR_PUT, letter(new byte[5], 1));

    tell(guesser, AccountMethod.PAIR_PUT, letter(relay, 1));
  }

  private DeviceId anotherDevice(BareAccount account) throws Exception {
    ChainLink added = account.addDevice();
    tell(loggedIn(account), AccountMethod.CHAIN_APPEND, BareAccount.append(added));
    account.appended(added);
    return BareAccount.added(added);
  }

  private static byte[] pairOpen(AccountPeer peer) throws Exception {
    return ask(peer, AccountMethod.PAIR_OPEN, new Messages.Empty(), Messages.PairOpened.class)
        .relay();
  }

  /** A letter that says its number. */
  private static Messages.PairPut letter(byte[] relay, int step) {
    return new Messages.PairPut(relay, step, new byte[] {(byte) step});
  }

  // Marks of devices

  private static byte[] newMark() {
    return RandomBytes.next(Messages.MarkPut.LENGTH);
  }

  private static Messages.MarkPut putMark(byte[] previous, byte[] mark) {
    return new Messages.MarkPut(previous, mark);
  }

  private static byte[] mark(AccountPeer peer) throws Refused, Malformed {
    return ask(peer, AccountMethod.MARK_GET, new Messages.Empty(), Messages.MarkGot.class).mark();
  }

  @Test
  @Tag("A23")
  void aMarkIsReplacedOnlyByWhoKnowsTheOneBefore() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    byte[] none = new byte[0];
    byte[] first = newMark();
    byte[] second = newMark();
    assertThat(mark(peer)).isEmpty();
    refuses(ErrorCode.CONFLICT, peer, AccountMethod.MARK_PUT, putMark(first, second));

    tell(peer, AccountMethod.MARK_PUT, putMark(none, first));
    refuses(ErrorCode.CONFLICT, peer, AccountMethod.MARK_PUT, putMark(none, second));
    assertThat(mark(peer)).isEqualTo(first);
    tell(peer, AccountMethod.MARK_PUT, putMark(first, second));
    refuses(ErrorCode.CONFLICT, peer, AccountMethod.MARK_PUT, putMark(first, newMark()));

    for (int length : new int[] {0, Messages.MarkPut.LENGTH - 1, Messages.MarkPut.LENGTH + 1}) {
      refuses(
          ErrorCode.BAD_REQUEST,
          peer,
          AccountMethod.MARK_PUT,
          putMark(second, RandomBytes.next(length)));
    }
    restart(Registration.OPEN);
    assertThat(mark(loggedIn(alice))).isEqualTo(second);
  }

  @Test
  @Tag("A23")
  void ofCopiesThatPutAMarkTogetherOneSucceeds() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    List<AccountPeer> peers = new ArrayList<>();
    List<Messages.MarkPut> questions = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      peers.add(loggedIn(alice));
      questions.add(putMark(new byte[0], newMark()));
    }

    List<ErrorCode> lost = race(peers, AccountMethod.MARK_PUT, questions);

    assertThat(lost).hasSize(5).containsOnly(ErrorCode.CONFLICT);
    assertThat(questions.stream().map(Messages.MarkPut::mark)).contains(mark(peers.getFirst()));
  }

  @Test
  @Tag("A16")
  void aMarkIsItsDevicesAloneAndGoesWithIt() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    BareAccount bob = new BareAccount(BOB);
    register(alice);
    register(bob);
    AccountPeer peer = loggedIn(alice);
    ChainLink added = alice.addDevice();
    tell(peer, AccountMethod.CHAIN_APPEND, BareAccount.append(added));
    alice.appended(added);
    DeviceId lost = BareAccount.added(added);
    AccountPeer lostPeer = loggedIn(alice, lost);
    byte[] own = newMark();
    byte[] others = newMark();
    tell(peer, AccountMethod.MARK_PUT, putMark(new byte[0], own));
    tell(lostPeer, AccountMethod.MARK_PUT, putMark(new byte[0], others));
    assertThat(mark(peer)).isEqualTo(own);
    assertThat(mark(lostPeer)).isEqualTo(others);
    assertThat(mark(loggedIn(bob))).isEmpty();
    assertThat(marks()).isEqualTo(2);

    ChainLink gone = alice.revoke(1, lost);
    tell(
        peer,
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(
            gone,
            1,
            new byte[0],
            new SlotId.Password(),
            new SlotId.Recovery(),
            new SlotId.Device(alice.device)));
    alice.appended(gone);

    assertThat(marks()).isEqualTo(1);
    assertThat(mark(peer)).isEqualTo(own);
    refuses(
        ErrorCode.NOT_LOGGED_IN, lostPeer, AccountMethod.MARK_PUT, putMark(new byte[0], newMark()));
    service().delete(alice.id);
    assertThat(marks()).isZero();
  }

  private int marks() {
    return database()
        .read(
            handle ->
                handle
                    .createQuery("SELECT count(*) FROM account_marks")
                    .mapTo(Integer.class)
                    .one());
  }

  // Several nodes, and what is not a message

  @Test
  void whatOneNodeStoresTheOtherServes() throws Exception {
    AccountService other = service(Registration.OPEN);
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = new AccountPeer(other, hash, HERE);

    tell(peer, AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash));

    assertThat(keyBag(peer).sealed()).isEqualTo(alice.keyBag);
  }

  @Test
  void aDatabaseThatIsAwayIsToldAsSuch() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    database().close();

    for (AccountMethod method : List.of(AccountMethod.KEY_BAG_GET, AccountMethod.PAIR_OPEN)) {
      assertThatThrownBy(() -> tell(peer, method, new Messages.Empty()))
          .isInstanceOfSatisfying(
              DatabaseUnavailable.class,
              away -> {
                assertThat(away.forClient().code()).isEqualTo(ErrorCode.UNAVAILABLE);
                assertThat(away.forClient().retryable()).isTrue();
              });
    }
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
            new Messages.LoginStart(BOB.text(), loginRequest(), new byte[64]),
            new Messages.LoginFinish(new byte[LoginProof.LENGTH]),
            alice.deviceLogin(new byte[HASH]),
            new Messages.RecoveryLogin(BOB.text(), new byte[64]),
            new Messages.PasswordStart(registrationRequest()),
            new Messages.ChainGet(0),
            BareAccount.append(alice.addDevice()),
            new Messages.SlotGet(new SlotId.Password().encode(), 0),
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
}
