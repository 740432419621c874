package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.opaque.Identities;
import org.anonymouscloud.core.opaque.LoginResponse;
import org.anonymouscloud.core.opaque.OpaqueClient;
import org.anonymouscloud.core.opaque.PasswordRefused;
import org.anonymouscloud.core.opaque.RegistrationResponse;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a password and the words open, and when they are void. */
public abstract class PasswordContract extends AccountServiceFixture {
  @Test
  @Tag("A13")
  void aChangedPasswordTakesThePlaceOfTheOldInOneStep() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    ChainLink changed = alice.changePassword();
    AccountMessages.ChainAppend right =
        BareAccount.append(changed, 0, anyRecord(), new SlotId.Password());
    byte[] request = registrationRequest();
    refuses(
        ErrorCode.NOT_LOGGED_IN,
        stranger(),
        AccountMethod.PASSWORD_START,
        new AccountMessages.PasswordStart(request));
    refuses(ErrorCode.BAD_REQUEST, peer, AccountMethod.CHAIN_APPEND, right);
    assertThat(passwordStart(peer, request)).isNotEmpty();
    for (AccountMessages.ChainAppend incomplete :
        List.of(
            with(right.link(), right.slots()),
            new AccountMessages.ChainAppend(
                right.link(), List.of(), right.record(), right.loginKey()),
            new AccountMessages.ChainAppend(
                right.link(), right.slots(), new byte[7], right.loginKey()),
            new AccountMessages.ChainAppend(
                right.link(), right.slots(), right.record(), new byte[31]))) {
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

    AccountMessages.RecoveryLoggedIn in =
        ask(
            peer,
            AccountMethod.RECOVERY_LOGIN,
            alice.recoveryLogin(hash),
            AccountMessages.RecoveryLoggedIn.class);
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
        new AccountMessages.RegisterStart(ALICE.text(), guess, NO_INVITE));

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
    refuses(ErrorCode.BAD_REQUEST, device, AccountMethod.DELETE, new AccountMessages.Empty());
    Secret chosen = Secret.of("chosen by a thief".getBytes(US_ASCII));
    changePassword(device, alice, chosen);

    AccountPeer thief = loggedInByPassword(alice, chosen);
    assertThat(thief.account()).contains(alice.id);
    Refused early =
        refuses(ErrorCode.RATE_LIMITED, thief, AccountMethod.DELETE, new AccountMessages.Empty());
    assertThat(early).hasMessageContaining("less than 7 days");
    calendar.pass(Duration.ofDays(7));
    tell(loggedInByPassword(alice, chosen), AccountMethod.DELETE, new AccountMessages.Empty());

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
        new AccountMessages.Empty());
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
    AccountMessages.ChainGet question = new AccountMessages.ChainGet(0);
    tell(proven, AccountMethod.CHAIN_GET, question);

    changePassword(loggedIn(alice), alice, second);

    refuses(ErrorCode.NOT_LOGGED_IN, proven, AccountMethod.CHAIN_GET, question);
    refuses(ErrorCode.BAD_REQUEST, withDevice, AccountMethod.DELETE, new AccountMessages.Empty());
    AccountPeer knows = provenByPassword(alice, second, RandomBytes.next(HASH));
    owner().setActive(ALICE, false);
    refuses(ErrorCode.NOT_LOGGED_IN, knows, AccountMethod.CHAIN_GET, question);
  }

  @Test
  @Tag("S4.L6")
  void whoHasShownTheWordsDeletesAtOnce() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);

    tell(loggedInByWords(alice), AccountMethod.DELETE, new AccountMessages.Empty());
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
    refuses(
        ErrorCode.NOT_LOGGED_IN, proven, AccountMethod.CHAIN_GET, new AccountMessages.ChainGet(0));
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
          new AccountMessages.SlotGet(new SlotId.Password().encode(), generation));
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
        Cbor.encode(new AccountMessages.LoginFinish(in.proof().encode())));
    return peer;
  }
}
