package org.anonymouscloud.core.testing;

import java.time.Instant;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.NewDevice;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.Messages;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;

/**
 * An account as the server sees it, without a client that guards it: what is sealed is random
 * bytes, and all its devices have one key. Not thread-safe.
 */
final class BareAccount {
  private final SigningKey identity = SigningKey.generate();
  private final SigningKey deviceKey = SigningKey.generate();

  final UserName name;
  final AccountId id = AccountId.random();
  final DeviceId device;
  final ChainLink create;
  final List<SealedSlot> slots;
  final byte[] keyBag = RandomBytes.next(100);

  private ChainLink head;

  BareAccount(UserName name) {
    this.name = name;
    NewDevice first = newDevice();
    device = first.id();
    create =
        link(
            0,
            Digest.of(new byte[Digest.LENGTH]),
            new LinkBody.Create(
                identity.verifyKey(),
                RandomBytes.next(ChainLink.SLOT_KEY),
                RandomBytes.next(ChainLink.SLOT_KEY),
                RandomBytes.next(ChainLink.COMMITMENT),
                first));
    head = create;
    slots =
        List.of(
            slot(new SlotId.Password()),
            slot(new SlotId.Recovery()),
            slot(new SlotId.Device(device)));
  }

  /** A registration with an OPAQUE record. */
  Messages.RegisterFinish registration(byte[] record) {
    return registration(name, record);
  }

  /** The same account under another name. */
  Messages.RegisterFinish registration(UserName as, byte[] record) {
    return registration(as, record, new byte[0]);
  }

  /** The same with an invitation. */
  Messages.RegisterFinish registration(UserName as, byte[] record, byte[] invite) {
    return new Messages.RegisterFinish(
        as.text(), record, create.encode(), encode(slots), keyBag, invite);
  }

  /** A login of the first device. */
  Messages.DeviceLogin deviceLogin(byte[] handshakeHash) {
    return deviceLogin(handshakeHash, device);
  }

  Messages.DeviceLogin deviceLogin(byte[] handshakeHash, DeviceId by) {
    byte[] signature =
        Signatures.sign(
            deviceKey,
            AccountMethod.DEVICE_LOGIN_LABEL,
            AccountMethod.deviceLogin(id, by, handshakeHash));
    return new Messages.DeviceLogin(id.bytes(), by.bytes(), signature);
  }

  /** A link that adds a new device after the last one that was {@link #appended}. */
  ChainLink addDevice() {
    return addDeviceAfter(head);
  }

  ChainLink addDeviceAfter(ChainLink previous) {
    return link(previous.content().seq() + 1, previous.hash(), new LinkBody.AddDevice(newDevice()));
  }

  void appended(ChainLink link) {
    head = link;
  }

  /** The question that puts a link into the chain, with the slot of its device. */
  static Messages.ChainAppend append(ChainLink link) {
    DeviceId added = link.content().body().device().id();
    return new Messages.ChainAppend(link.encode(), encode(List.of(slot(new SlotId.Device(added)))));
  }

  static List<byte[]> encode(List<SealedSlot> slots) {
    return slots.stream().map(SealedSlot::encode).toList();
  }

  private static SealedSlot slot(SlotId slot) {
    return new SealedSlot(
        slot, 0, RandomBytes.next(SealedSlot.SEALED), RandomBytes.next(SealedSlot.ANCHOR));
  }

  private NewDevice newDevice() {
    return new NewDevice(
        DeviceId.random(),
        deviceKey.verifyKey(),
        RandomBytes.next(ChainLink.SLOT_KEY),
        RandomBytes.next(ChainLink.SEALED_NAME));
  }

  private ChainLink link(long seq, Digest previous, LinkBody body) {
    ChainLink.Content content = new ChainLink.Content(id, seq, previous, Instant.EPOCH, body);
    byte[] bytes = content.encode();
    return ChainLink.of(
        content,
        Signatures.sign(identity, ChainLink.IDENTITY_LABEL, bytes),
        Signatures.sign(deviceKey, ChainLink.DEVICE_LABEL, bytes));
  }
}
