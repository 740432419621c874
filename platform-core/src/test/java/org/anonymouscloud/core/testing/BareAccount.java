package org.anonymouscloud.core.testing;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.NamedRoot;
import org.anonymouscloud.core.account.chain.NewDevice;
import org.anonymouscloud.core.account.chain.NewRoot;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.chain.SlotKeys;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.SealingKey;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;

/**
 * An account as the server sees it, without a client that guards it: what is sealed is random
 * bytes, and all its devices have one key. Not thread-safe.
 */
final class BareAccount {
  private final SigningKey identity = SigningKey.generate();
  private final SigningKey deviceKey = SigningKey.generate();
  private final SigningKey passwordKey = SigningKey.generate();
  private final SigningKey recoveryKey = SigningKey.generate();
  private final SigningKey loginKey = SigningKey.generate();
  private final SealingKey sealingKey = OpeningKey.generate().sealingKey();

  final UserName name;
  final AccountId id = AccountId.random();
  final DeviceId device;
  final ChainLink create;
  final List<SealedSlot> slots;
  final byte[] keyBag = RandomBytes.next(AccountMessages.KeyBag.LENGTH);

  private ChainLink head;

  /** Who makes the links. */
  private DeviceId maker;

  BareAccount(UserName name) {
    this.name = name;
    NewDevice first = newDevice();
    device = first.id();
    maker = device;
    create =
        ChainLink.sign(
            ChainLink.Content.after(
                ChainLink.BEFORE_ALL,
                id,
                Instant.EPOCH,
                new SlotId.Device(device),
                new LinkBody.Create(
                    identity.verifyKey(),
                    slotKeys(passwordKey),
                    slotKeys(recoveryKey),
                    newlyNamed(),
                    first),
                ChainLink.NO_HEADS),
            deviceKey,
            List.of(identity, passwordKey, recoveryKey));
    head = create;
    slots =
        List.of(
            slot(new SlotId.Password()),
            slot(new SlotId.Recovery()),
            slot(new SlotId.Device(device)));
  }

  /** A registration with an OPAQUE record. */
  AccountMessages.RegisterFinish registration(byte[] record) {
    return registration(name, record);
  }

  /** The same account under another name. */
  AccountMessages.RegisterFinish registration(UserName as, byte[] record) {
    return registration(as, record, new byte[0]);
  }

  /** The same with an invitation. */
  AccountMessages.RegisterFinish registration(UserName as, byte[] record, byte[] invite) {
    return new AccountMessages.RegisterFinish(
        as.text(),
        record,
        loginKey.verifyKey().bytes(),
        create.encode(),
        encode(slots),
        keyBag,
        invite);
  }

  /** A login of the first device. */
  AccountMessages.DeviceLogin deviceLogin(byte[] handshakeHash) {
    return deviceLogin(handshakeHash, device);
  }

  AccountMessages.DeviceLogin deviceLogin(byte[] handshakeHash, DeviceId by) {
    byte[] signature =
        Signatures.sign(
            deviceKey,
            AccountMethod.DEVICE_LOGIN_LABEL,
            AccountMethod.deviceLogin(id, by, handshakeHash));
    return new AccountMessages.DeviceLogin(id.bytes(), by.bytes(), signature);
  }

  /** A link that adds a new device after the last one that was {@link #appended}. */
  ChainLink addDevice() {
    return addDeviceAfter(head);
  }

  ChainLink addDeviceAfter(ChainLink previous) {
    return link(previous, new LinkBody.AddDevice(newDevice()), deviceKey);
  }

  /** The same by who has the password and no device. */
  ChainLink addDeviceByPassword() {
    return ChainLink.sign(
        ChainLink.Content.after(
            head.floor(),
            id,
            Instant.EPOCH,
            new SlotId.Password(),
            new LinkBody.AddDevice(newDevice()),
            heads()),
        passwordKey,
        List.of(deviceKey));
  }

  /** A link that gives the first device another name. */
  ChainLink rename() {
    return link(head, new LinkBody.Rename(device, RandomBytes.next(ChainLink.SEALED_NAME)));
  }

  /** A link by which a device removes others. */
  ChainLink revoke(int generation, DeviceId... gone) {
    return link(head, new LinkBody.Revoke(newRoot(generation), List.of(gone)));
  }

  /** A link that gives the account another password slot. */
  ChainLink changePassword() {
    return link(head, new LinkBody.ChangePassword(slotKeys(passwordKey)), passwordKey);
  }

  /** A link by which the recovery words bring in a device. */
  ChainLink recover(boolean keepsDevices, int generation) {
    LinkBody body =
        new LinkBody.Recover(
            slotKeys(passwordKey),
            slotKeys(recoveryKey),
            newRoot(generation),
            keepsDevices,
            newDevice());
    return ChainLink.sign(
        ChainLink.Content.after(
            head.floor(), id, Instant.EPOCH, new SlotId.Recovery(), body, heads()),
        recoveryKey,
        List.of(passwordKey, recoveryKey, deviceKey));
  }

  /** What the recovery words prove. */
  AccountMessages.RecoveryLogin recoveryLogin(byte[] handshakeHash) {
    return new AccountMessages.RecoveryLogin(
        name.text(),
        Signatures.sign(
            recoveryKey,
            AccountMethod.RECOVERY_LOGIN_LABEL,
            AccountMethod.recoveryLogin(name, handshakeHash)));
  }

  /** What shows that who logs in has the account key. */
  byte[] pass(byte[] handshakeHash) {
    return Signatures.sign(
        loginKey, AccountMethod.LOGIN_PASS_LABEL, AccountMethod.loginPass(name, handshakeHash));
  }

  /** Another device makes the links from now on. */
  void madeBy(DeviceId device) {
    maker = device;
  }

  void appended(ChainLink link) {
    head = link;
  }

  /** The device that a link brings in. */
  static DeviceId added(ChainLink link) {
    return switch (link.content().body()) {
      case LinkBody.AddDevice(NewDevice added) -> added.id();
      case LinkBody.Recover recovered -> recovered.device().id();
      default -> throw new IllegalArgumentException("This link brings in no device.");
    };
  }

  /** The question that puts a link with a device into the chain, with the slot of its device. */
  static AccountMessages.ChainAppend append(ChainLink link) {
    return append(link, 0, new byte[0], new SlotId.Device(added(link)));
  }

  static AccountMessages.ChainAppend append(
      ChainLink link, int generation, byte[] record, SlotId... slots) {
    return new AccountMessages.ChainAppend(
        link.encode(),
        Arrays.stream(slots).map(slot -> slot(slot, generation).encode()).toList(),
        record,
        record.length == 0 ? record : SigningKey.generate().verifyKey().bytes());
  }

  static List<byte[]> encode(List<SealedSlot> slots) {
    return slots.stream().map(SealedSlot::encode).toList();
  }

  private static SealedSlot slot(SlotId slot) {
    return slot(slot, 0);
  }

  private static SealedSlot slot(SlotId slot, int generation) {
    return new SealedSlot(slot, generation, RandomBytes.next(SealedSlot.SEALED));
  }

  private SlotKeys slotKeys(SigningKey signing) {
    return new SlotKeys(sealingKey, signing.verifyKey());
  }

  private NewRoot newRoot(int generation) {
    return new NewRoot(
        generation, newlyNamed(), generation - 1, RandomBytes.next(ChainLink.SEALED_ROOT));
  }

  private NamedRoot newlyNamed() {
    return new NamedRoot(RandomBytes.next(ChainLink.COMMITMENT), sealingKey);
  }

  /** Nobody here opens them. */
  private static byte[] heads() {
    return RandomBytes.next(ChainLink.sealedHeads(1));
  }

  private NewDevice newDevice() {
    return new NewDevice(
        DeviceId.random(),
        deviceKey.verifyKey(),
        sealingKey,
        RandomBytes.next(ChainLink.SEALED_NAME));
  }

  private ChainLink link(ChainLink previous, LinkBody body, SigningKey... newKeys) {
    return ChainLink.sign(
        ChainLink.Content.after(
            previous.floor(), id, Instant.EPOCH, new SlotId.Device(maker), body, heads()),
        deviceKey,
        List.of(newKeys));
  }
}
