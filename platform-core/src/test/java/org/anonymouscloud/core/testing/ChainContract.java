package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the chain of an account grows and is read. */
public abstract class ChainContract extends AccountServiceFixture {
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
    AccountMessages.ChainGot piece;
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
            AccountMessages.RecoveryLoggedIn.class);
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
    AccountMessages.ChainGot piece;
    do {
      piece = chain(peer, read);
      assertThat(piece.links().stream().mapToInt(link -> link.length).sum())
          .isBetween(1, 64 * 1024);
      read += piece.links().size();
    } while (piece.more());
    assertThat(read).isEqualTo(17);
  }

  /** What a feature asks whose users state places in each other's chains. */
  @Test
  @Tag("A33")
  void itIsKnownWhatAChainHasAndWhatSomebodyHasMadeUp() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    BareAccount bob = new BareAccount(BOB);
    register(alice);
    register(bob);
    ChainFloor first = floor(alice.create);
    AccountPeer peer = loggedIn(alice);
    ChainLink added = alice.addDevice();
    tell(peer, AccountMethod.CHAIN_APPEND, BareAccount.append(added));
    alice.appended(added);
    ChainFloor second = floor(added);

    assertThat(has(alice, first, 0)).isTrue();
    assertThat(has(alice, second, 0)).isTrue();
    assertThat(has(alice, second, 1)).as("a generation to come").isFalse();
    assertThat(has(alice, new ChainFloor(2, second.hash()), 0)).isFalse();
    assertThat(has(alice, new ChainFloor(1L << 40, second.hash()), 0)).isFalse();
    assertThat(has(alice, new ChainFloor(1, first.hash()), 0)).isFalse();
    assertThat(has(alice, new ChainFloor(0, second.hash()), 0)).isFalse();
    assertThat(has(bob, first, 0)).as("another account's").isFalse();

    ChainLink revoked = alice.revoke(1, BareAccount.added(added));
    tell(
        peer,
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(
            revoked,
            1,
            new byte[0],
            new SlotId.Password(),
            new SlotId.Recovery(),
            new SlotId.Device(alice.device)));
    assertThat(has(alice, floor(revoked), 1)).isTrue();
    assertThat(has(alice, first, 1)).isTrue();
    assertThat(has(alice, floor(revoked), 2)).isFalse();

    service().delete(alice.id);
    assertThat(has(alice, first, 0)).as("nobody's any more").isFalse();
  }

  private static ChainFloor floor(ChainLink link) {
    return new ChainFloor(link.content().seq(), Digest.sha256(link.encode()));
  }

  private boolean has(BareAccount account, ChainFloor link, int generation) {
    return database()
        .<Boolean, RuntimeException>read(
            rows -> AccountService.storedChains().have(rows, account.id, link, generation));
  }

  @Test
  void aDeviceThatWasAddedLogsInAndFindsItsSlot() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    ChainLink link = alice.addDevice();
    AccountMessages.ChainAppend append = BareAccount.append(link);
    tell(loggedIn(alice), AccountMethod.CHAIN_APPEND, append);
    DeviceId second = BareAccount.added(link);
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = peer(hash);

    tell(peer, AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash, second));

    assertThat(peer.device()).contains(second);
    assertThat(slot(peer, new SlotId.Device(second))).isEqualTo(append.slots().getFirst());
    assertThat(slot(peer, new SlotId.Recovery())).isEqualTo(alice.slots.get(1).encode());
    for (AccountMessages.SlotGet missing :
        List.of(
            new AccountMessages.SlotGet(new SlotId.Device(DeviceId.random()).encode(), 0),
            new AccountMessages.SlotGet(new SlotId.Password().encode(), 1))) {
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

    for (AccountMessages.ChainAppend wrong :
        List.of(
            BareAccount.append(bob.addDevice()),
            BareAccount.append(alice.addDeviceAfter(right)),
            with(badSignature, BareAccount.append(right).slots()),
            with(right.encode(), List.of()),
            with(right.encode(), BareAccount.encode(alice.slots)),
            with(right.encode(), BareAccount.append(alice.addDevice()).slots()),
            with(new byte[0], BareAccount.append(right).slots()),
            new AccountMessages.ChainAppend(
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
    AccountMessages.ChainAppend right = BareAccount.append(gone, 1, new byte[0], remaining);
    for (AccountMessages.ChainAppend incomplete :
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
    AccountMessages.DeviceLogin login = alice.deviceLogin(hash, lost);
    refuses(ErrorCode.DEVICE_REVOKED, peer(hash), AccountMethod.DEVICE_LOGIN, login);
    refuses(ErrorCode.LOGIN_FAILED, stranger(), AccountMethod.DEVICE_LOGIN, login);
    refuses(
        ErrorCode.NOT_FOUND,
        peer,
        AccountMethod.SLOT_GET,
        new AccountMessages.SlotGet(new SlotId.Device(lost).encode(), 0));
    assertThat(slot(peer, new SlotId.Password(), 1)).isEqualTo(right.slots().getFirst());
  }
}
