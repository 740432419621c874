package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What each device has the server keep for it alone. */
public abstract class MarkContract extends AccountServiceFixture {
  private static byte[] mark(AccountPeer peer) throws Refused, Malformed {
    return ask(
            peer,
            AccountMethod.MARK_GET,
            new AccountMessages.Empty(),
            AccountMessages.MarkGot.class)
        .mark();
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

    for (int length :
        new int[] {0, AccountMessages.MarkPut.LENGTH - 1, AccountMessages.MarkPut.LENGTH + 1}) {
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
    List<AccountMessages.MarkPut> questions = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      peers.add(loggedIn(alice));
      questions.add(putMark(new byte[0], newMark()));
    }

    List<ErrorCode> lost = race(peers, AccountMethod.MARK_PUT, questions);

    assertThat(lost).hasSize(5).containsOnly(ErrorCode.CONFLICT);
    assertThat(questions.stream().map(AccountMessages.MarkPut::mark))
        .contains(mark(peers.getFirst()));
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
}
