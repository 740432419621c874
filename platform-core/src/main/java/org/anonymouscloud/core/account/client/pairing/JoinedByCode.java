package org.anonymouscloud.core.account.client.pairing;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.ListedDevice;
import org.anonymouscloud.core.account.chain.NewDevice;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.client.remote.JoiningDevice;
import org.anonymouscloud.core.account.client.remote.OpenedAccount;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;

/**
 * A device that another one has brought into an account.
 *
 * @param accountKey that the other one gave; who has this closes it
 */
public record JoinedByCode(
    AccountId account, UserName user, JoiningDevice device, Secret accountKey) {

  /**
   * The new device's side of a pairing, from the code to the link.
   *
   * @param server with its pinned key, on which nobody is logged in
   */
  public static JoinedByCode join(
      AccountQuestions questions, ConnectionString server, PairingCode code, DeviceName name)
      throws Refused, IOException {
    JoiningDevice device = JoiningDevice.random();
    LetterBox box = new LetterBox(questions, code.relay());
    try (PairingChannel channel =
        PairingChannel.join(box, code, server.fingerprint().orElseThrow())) {
      AccountId account = AccountId.of(channel.greeting());
      try (SlotSecret slot = device.slot(account)) {
        channel.say(
            new PairingLetters.Introduction(
                    device.id(), device.key().verifyKey(), slot.sealingKey(), name)
                .encode());
        PairingLetters.Invitation invitation = PairingLetters.Invitation.decode(channel.hear());
        byte[] context = PairingLetters.keyContext(account, device.id());
        Secret accountKey = slot.open(PairingLetters.keyInfo(), context, invitation.accountKey());
        requireOwn(invitation.link(), account, device, slot);
        channel.say(Signatures.sign(device.key(), ChainLink.NEW_KEY_LABEL, invitation.link()));
        if (!Arrays.equals(channel.hear(), PairingLetters.done())
            || accountKey.length() != AccountKey.LENGTH) {
          throw new PairingFailed();
        }
        return new JoinedByCode(account, invitation.user(), device, accountKey);
      }
    } catch (NotAuthentic | Malformed | IllegalArgumentException e) {
      throw new PairingFailed();
    }
  }

  /** The device signs nothing but that it is what it said it is. */
  private static void requireOwn(
      byte[] link, AccountId account, JoiningDevice device, SlotSecret slot)
      throws Malformed, PairingFailed {
    ChainLink.Content content = ChainLink.Content.decode(link);
    boolean own =
        content.account().equals(account)
            && content.body() instanceof LinkBody.AddDevice(NewDevice added)
            && added.id().equals(device.id())
            && added.signingKey().equals(device.key().verifyKey())
            && added.slotKey().equals(slot.sealingKey());
    if (!own) {
      throw new PairingFailed();
    }
  }

  /**
   * Opens the account, which has this device by now.
   *
   * @param questions on which this device is logged in
   * @return for the disk, not confirmed
   */
  public LocalState open(AccountQuestions questions, ConnectionString server)
      throws Refused, IOException {
    try (SlotSecret slot = device.slot(account)) {
      OpenedAccount opened = OpenedAccount.open(questions, slot);
      Optional<VerifyKey> listed =
          opened.chain().state().device(device.id()).map(ListedDevice::signingKey);
      if (!listed.equals(Optional.of(device.key().verifyKey()))) {
        opened.close();
        throw new PairingFailed();
      }
      return new LocalState(
          false,
          server,
          user,
          account,
          device.id(),
          opened.chain().state().head(),
          accountKey.copy(),
          device.key(),
          opened.keyBag(),
          opened.roots());
    }
  }

  @Override
  public String toString() {
    return "JoinedByCode";
  }
}
