package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.session.server.Network;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How often strangers may try, and what is kept to know it. */
public abstract class LoginLimitsContract extends AccountServiceFixture {
  @Test
  @Tag("A10")
  void guessingIsStoppedAcrossSessionsNetworksNodesAndRestarts() throws Exception {
    register(new BareAccount(ALICE));
    byte[] request = loginRequest();
    int heard = 0;
    for (int guess = 0; guess < 10_000; guess++) {
      // Each guess from another network, on a session of its own, at a node that has just started.
      AccountPeer peer =
          new AccountPeer(
              guess % 100 == 0 ? service(Registration.OPEN) : service(),
              RandomBytes.next(HASH),
              network(guess));
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
    // 100 at once, and then one every 5 minutes.
    assertThat(heard).isBetween(100, 120);
  }

  @Test
  @Tag("S4.7")
  void strangersElsewhereDoNotMakeTheOwnerWait() throws Exception {
    register(new BareAccount(ALICE));
    byte[] request = loginRequest();
    for (int i = 0; i < 5; i++) {
      loginStart(new AccountPeer(service(), RandomBytes.next(HASH), network(1)), ALICE, request);
    }
    refuses(
        ErrorCode.RATE_LIMITED,
        new AccountPeer(service(), RandomBytes.next(HASH), network(1)),
        AccountMethod.LOGIN_START,
        new AccountMessages.LoginStart(ALICE.text(), request, NO_PASS));

    assertThat(
            loginStart(
                new AccountPeer(service(), RandomBytes.next(HASH), network(2)), ALICE, request))
        .isNotEmpty();
  }

  @Test
  @Tag("S4.7")
  void whoHasTheAccountKeyComesInThoughStrangersTryEverywhere() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] request = loginRequest();
    for (int i = 0; i < 100; i++) {
      loginStart(new AccountPeer(service(), RandomBytes.next(HASH), network(i)), ALICE, request);
    }
    Network own = network(200);
    byte[] hash = RandomBytes.next(HASH);
    for (byte[] nonsense : List.of(NO_PASS, new byte[64], alice.pass(RandomBytes.next(HASH)))) {
      refuses(
          ErrorCode.RATE_LIMITED,
          new AccountPeer(service(), hash, own),
          AccountMethod.LOGIN_START,
          new AccountMessages.LoginStart(ALICE.text(), request, nonsense));
    }

    for (int i = 0; i < 5; i++) {
      AccountPeer peer = new AccountPeer(service(), hash, own);
      assertThat(send(peer, AccountMethod.LOGIN_START.toString(), withPass(alice, hash, request)))
          .isNotEmpty();
    }
    assertThatThrownBy(
            () ->
                send(
                    new AccountPeer(service(), hash, own),
                    AccountMethod.LOGIN_START.toString(),
                    withPass(alice, hash, request)))
        .as("who has the sheet guesses no faster than others")
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED));
  }

  @Test
  @Tag("S4.7")
  void strangersWhoUseUpTheirTotalsLetTheOwnerOfTheAccountKeyIn() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] request = loginRequest();
    Network shared = network(1);
    for (int i = 0; i < 60; i++) {
      loginStart(
          new AccountPeer(service(), RandomBytes.next(HASH), shared),
          new UserName("name" + i),
          request);
    }
    useUp("login");
    byte[] hash = RandomBytes.next(HASH);
    for (byte[] nonsense : List.of(NO_PASS, alice.pass(RandomBytes.next(HASH)))) {
      for (UserName name : List.of(ALICE, BOB)) {
        refuses(
            ErrorCode.RATE_LIMITED,
            new AccountPeer(service(), hash, shared),
            AccountMethod.LOGIN_START,
            new AccountMessages.LoginStart(name.text(), request, nonsense));
      }
    }

    assertThat(
            send(
                new AccountPeer(service(), hash, shared),
                AccountMethod.LOGIN_START.toString(),
                withPass(alice, hash, request)))
        .isNotEmpty();
  }

  @Test
  @Tag("S4.7")
  void strangersWhoUseUpTheirTotalsLetTheOwnerOfTheWordsIn() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    Network shared = network(1);
    for (int i = 0; i < 20; i++) {
      refuses(
          ErrorCode.LOGIN_FAILED,
          new AccountPeer(service(), RandomBytes.next(HASH), shared),
          AccountMethod.RECOVERY_LOGIN,
          alice.recoveryLogin(RandomBytes.next(HASH)));
    }
    useUp("recovery");
    byte[] hash = RandomBytes.next(HASH);
    for (BareAccount name : List.of(alice, new BareAccount(BOB))) {
      refuses(
          ErrorCode.RATE_LIMITED,
          new AccountPeer(service(), hash, shared),
          AccountMethod.RECOVERY_LOGIN,
          name.recoveryLogin(RandomBytes.next(HASH)));
    }

    AccountPeer owner = new AccountPeer(service(), hash, shared);
    assertThat(
            ask(
                    owner,
                    AccountMethod.RECOVERY_LOGIN,
                    alice.recoveryLogin(hash),
                    AccountMessages.RecoveryLoggedIn.class)
                .account())
        .isEqualTo(alice.id.bytes());
  }

  /** What all strangers together have is in shares; each of them is worn out. */
  private void useUp(String door) throws Exception {
    byte[] request = loginRequest();
    List<Refused> refused = new ArrayList<>();
    for (int i = 0; refused.size() < 200 && i < 10_000; i++) {
      Network fresh = network(1_000 + i);
      AccountPeer peer = new AccountPeer(service(), RandomBytes.next(HASH), fresh);
      try {
        if (door.equals("login")) {
          loginStart(peer, new UserName("other" + i), request);
        } else {
          send(
              peer,
              AccountMethod.RECOVERY_LOGIN.toString(),
              Cbor.encode(new AccountMessages.RecoveryLogin("other" + i, new byte[64])));
        }
      } catch (Refused e) {
        if (e.code() == ErrorCode.RATE_LIMITED) {
          refused.add(e);
        }
      }
    }
    assertThat(refused).hasSize(200);
  }

  /** A removed device has the account key for ever: the account's password is all it lacks. */
  @Test
  @Tag("S4.7")
  void whoTriesWithTheAccountKeyFromManyNetworksKeepsTheOwnerOutOfFew() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] request = loginRequest();
    for (int larger = 0; larger < 40; larger++) {
      int heard = 0;
      for (int smaller = 0; smaller < 22; smaller++) {
        heard += isHeard(alice, network(256 * larger + smaller), request) ? 1 : 0;
      }
      assertThat(heard).isLessThanOrEqualTo(20);
    }

    int heard = 0;
    for (int larger = 40; larger < 240; larger++) {
      heard += isHeard(alice, network(256 * larger), request) ? 1 : 0;
    }
    assertThat(heard).as("shares that are worn out").isBetween(120, 199);
    assertThat(isHeard(alice, network(0), request)).isFalse();
    calendar.pass(Duration.ofHours(1));
    assertThat(isHeard(alice, network(0), request)).isTrue();
  }

  private boolean isHeard(BareAccount account, Network from, byte[] request) throws Exception {
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = new AccountPeer(service(), hash, from);
    try {
      send(peer, AccountMethod.LOGIN_START.toString(), withPass(account, hash, request));
      return true;
    } catch (Refused e) {
      assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
      return false;
    }
  }

  @Test
  @Tag("S4.7")
  void aDeviceThatBeginsPasswordsUsesUpNeitherAnothersNorThoseOfTheWords() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    ChainLink added = alice.addDevice();
    tell(loggedIn(alice), AccountMethod.CHAIN_APPEND, BareAccount.append(added));
    AccountPeer stolen = loggedIn(alice, BareAccount.added(added));
    byte[] request = registrationRequest();
    for (int i = 0; i < 20; i++) {
      passwordStart(stolen, request);
    }
    refuses(
        ErrorCode.RATE_LIMITED,
        stolen,
        AccountMethod.PASSWORD_START,
        new AccountMessages.PasswordStart(request));

    assertThat(passwordStart(loggedIn(alice), request)).isNotEmpty();
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer owner = peer(hash);
    send(owner, AccountMethod.RECOVERY_LOGIN.toString(), Cbor.encode(alice.recoveryLogin(hash)));
    for (int i = 0; i < 25; i++) {
      assertThat(passwordStart(owner, request)).isNotEmpty();
    }
  }

  private static byte[] withPass(BareAccount account, byte[] hash, byte[] request) {
    return Cbor.encode(
        new AccountMessages.LoginStart(account.name.text(), request, account.pass(hash)));
  }

  @Test
  @Tag("S4.7")
  void strangersDoNotKeepTheOwnerFromRecovering() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    for (int i = 0; i < 60; i++) {
      refuses(
          ErrorCode.LOGIN_FAILED,
          i < 20 ? stranger() : new AccountPeer(service(), RandomBytes.next(HASH), network(i)),
          AccountMethod.RECOVERY_LOGIN,
          alice.recoveryLogin(RandomBytes.next(HASH)));
    }
    byte[] hash = RandomBytes.next(HASH);

    assertThat(
            ask(
                    peer(hash),
                    AccountMethod.RECOVERY_LOGIN,
                    alice.recoveryLogin(hash),
                    AccountMessages.RecoveryLoggedIn.class)
                .account())
        .isEqualTo(alice.id.bytes());
  }

  @Test
  @Tag("S4.5")
  void theFirstStepOfARegistrationIsATryOfTheNamesPassword() throws Exception {
    for (int i = 0; i < 5; i++) {
      send(
          stranger(),
          AccountMethod.REGISTER_START.toString(),
          Cbor.encode(
              new AccountMessages.RegisterStart(BOB.text(), registrationRequest(), NO_INVITE)));
    }

    limited(BOB, loginRequest());
  }

  @Test
  @Tag("S4.5")
  void aSessionBeginsFewPasswords() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] request = registrationRequest();
    for (int i = 0; i < 20; i++) {
      passwordStart(loggedIn(alice), request);
    }

    refuses(
        ErrorCode.RATE_LIMITED,
        loggedIn(alice),
        AccountMethod.PASSWORD_START,
        new AccountMessages.PasswordStart(request));
    calendar.pass(Duration.ofMinutes(5));
    passwordStart(loggedIn(alice), request);
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
      AccountPeer peer = new AccountPeer(service(), RandomBytes.next(HASH), busy);
      try {
        loginStart(peer, new UserName("name" + i), request);
        heard++;
      } catch (Refused refused) {
        said = String.valueOf(refused.getMessage());
      }
    }
    assertThat(heard).isEqualTo(60);
    assertThat(said).endsWith("Try again in 15 seconds.");
    loginStart(new AccountPeer(service(), RandomBytes.next(HASH), network(2)), ALICE, request);
    calendar.pass(Duration.ofSeconds(15));
    loginStart(new AccountPeer(service(), RandomBytes.next(HASH), busy), ALICE, request);
  }

  @Test
  void namesAndNetworksAreNotWrittenDown() throws Exception {
    byte[] request = loginRequest();
    loginStart(new AccountPeer(service(), RandomBytes.next(HASH), network(1)), BOB, request);
    calendar.pass(Duration.ofDays(2));
    service().forget();

    assertThat(attempts()).isZero();
    loginStart(new AccountPeer(service(), RandomBytes.next(HASH), network(1)), BOB, request);
    assertThat(attempts()).as("name here, name, network, share of all").isEqualTo(4);
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
        new AccountMessages.LoginStart(name.text(), request, NO_PASS));
  }

  private static Network network(int number) throws Exception {
    return Network.of(
        InetAddress.getByAddress(new byte[] {20, (byte) (number >> 8), (byte) number, 1}));
  }
}
