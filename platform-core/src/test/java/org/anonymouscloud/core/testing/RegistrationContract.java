package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.AccountSummary;
import org.anonymouscloud.core.account.server.Invite;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who may make an account, and under which name. */
public abstract class RegistrationContract extends AccountServiceFixture {
  @Test
  void aNameIsGivenOnce() throws Exception {
    register(new BareAccount(ALICE));
    BareAccount second = new BareAccount(ALICE);

    refuses(
        ErrorCode.NAME_TAKEN,
        stranger(),
        AccountMethod.REGISTER_START,
        new AccountMessages.RegisterStart(ALICE.text(), registrationRequest(), NO_INVITE));
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
            new AccountMessages.RegisterStart(cyrillic.text(), registrationRequest(), NO_INVITE));
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
    AccountPeer peer = new AccountPeer(service(Registration.CLOSED), RandomBytes.next(HASH), HERE);

    refuses(
        ErrorCode.REGISTRATION_CLOSED,
        peer,
        AccountMethod.REGISTER_START,
        new AccountMessages.RegisterStart(ALICE.text(), registrationRequest(), NO_INVITE));
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
    restart(Registration.INVITE);
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
                new AccountMessages.RegisterStart(name.text(), registrationRequest(), invite));
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
        new AccountMessages.RegisterStart(BOB.text(), registrationRequest(), new byte[1]));
    assertThat(owner().accounts()).hasSize(1);
  }

  @Test
  void anInvitationLetsOnePersonIn() throws Exception {
    restart(Registration.INVITE);
    byte[] invite = invite(Duration.ofDays(7));
    assertThat(owner().invites())
        .extracting(Invite::expires)
        .containsExactly(calendar.instant().plus(Duration.ofDays(7)));

    ask(
        stranger(),
        AccountMethod.REGISTER_START,
        new AccountMessages.RegisterStart(ALICE.text(), registrationRequest(), invite),
        AccountMessages.RegisterStarted.class);
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
    restart(Registration.INVITE);
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
    AccountMessages.RegisterFinish right = alice.registration(anyRecord());
    byte[] badLink = right.link().clone();
    badLink[100] ^= 1;
    List<byte[]> slots = right.slots();
    byte[] laterGeneration =
        new SealedSlot(new SlotId.Password(), 1, RandomBytes.next(SealedSlot.SEALED)).encode();

    for (AccountMessages.RegisterFinish wrong :
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
            with(
                right,
                right.record(),
                right.link(),
                slots,
                new byte[AccountMessages.KeyBag.LENGTH + 1]),
            with(right, new byte[7], right.link(), slots, right.keyBag()))) {
      refuses(ErrorCode.BAD_REQUEST, stranger(), AccountMethod.REGISTER_FINISH, wrong);
    }
    assertThat(owner().accounts()).isEmpty();
    register(alice);
    assertThat(loggedIn(alice).account()).contains(alice.id);
  }

  private static AccountMessages.RegisterFinish with(
      AccountMessages.RegisterFinish right,
      byte[] record,
      byte[] link,
      List<byte[]> slots,
      byte[] keyBag) {
    return new AccountMessages.RegisterFinish(
        right.userName(), record, right.loginKey(), link, slots, keyBag, NO_INVITE);
  }
}
