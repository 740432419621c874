package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.session.server.Network;
import org.anonymouscloud.core.wire.ErrorCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The boxes by which a device comes in beside another. */
public abstract class PairingContract extends AccountServiceFixture {
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
    refuses(ErrorCode.RATE_LIMITED, stolen, AccountMethod.PAIR_OPEN, new AccountMessages.Empty());
    tell(stolen, AccountMethod.PAIR_CLOSE, new AccountMessages.PairClose(relay));

    refuses(ErrorCode.NOT_FOUND, stranger(), AccountMethod.PAIR_PUT, letter(earlier, 1));
    tell(stranger(), AccountMethod.PAIR_PUT, letter(relay, 1));
    refuses(
        ErrorCode.NOT_FOUND, stolen, AccountMethod.PAIR_GET, new AccountMessages.PairGet(relay, 1));
    refuses(ErrorCode.NOT_FOUND, stolen, AccountMethod.PAIR_PUT, letter(relay, 2));
    tell(owner, AccountMethod.PAIR_PUT, letter(relay, 2));
    AccountMessages.PairGot got =
        ask(
            stranger(),
            AccountMethod.PAIR_GET,
            new AccountMessages.PairGet(relay, 2),
            AccountMessages.PairGot.class);
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

  private static byte[] pairOpen(AccountPeer peer) throws Exception {
    return ask(
            peer,
            AccountMethod.PAIR_OPEN,
            new AccountMessages.Empty(),
            AccountMessages.PairOpened.class)
        .relay();
  }

  /** A letter that says its number. */
  private static AccountMessages.PairPut letter(byte[] relay, int step) {
    return new AccountMessages.PairPut(relay, step, new byte[] {(byte) step});
  }
}
