package org.anonymouscloud.core.account.chain;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;

/**
 * Makes links, right and wrong ones, of keys that follow from small numbers: the same each time.
 */
final class Author {
  static final AccountId ACCOUNT = AccountId.of(bytes(AccountId.LENGTH, 1));
  static final SigningKey IDENTITY = key(2);
  static final SigningKey PASSWORD = key(3);
  static final SigningKey RECOVERY = key(4);

  /** What a link has for heads, which nobody opens here. */
  static final byte[] HEADS = bytes(ChainLink.sealedHeads(1), 8);

  private static final Instant TIME = Instant.ofEpochMilli(1_800_000_000_000L);

  private Author() {}

  static byte[] bytes(int length, int number) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) number);
    return bytes;
  }

  static SigningKey key(int number) {
    return SigningKey.fromSeed(Secret.of(bytes(SigningKey.SEED_LENGTH, number)));
  }

  static DeviceId id(int number) {
    return DeviceId.of(bytes(DeviceId.LENGTH, number));
  }

  static SlotId device(int number) {
    return new SlotId.Device(id(number));
  }

  /** A device whose key is {@code key(number)}. */
  static NewDevice newDevice(int number) {
    return new NewDevice(
        id(number),
        key(number).verifyKey(),
        OpeningKey.fromSeed(Secret.of(bytes(32, number))).sealingKey(),
        bytes(ChainLink.SEALED_NAME, number));
  }

  static SlotKeys slot(SigningKey signing, int number) {
    return new SlotKeys(
        OpeningKey.fromSeed(Secret.of(bytes(32, number))).sealingKey(), signing.verifyKey());
  }

  /** What a chain says of the root secret of a generation. */
  static NamedRoot named(int generation) {
    return new NamedRoot(
        bytes(ChainLink.COMMITMENT, generation),
        OpeningKey.fromSeed(Secret.of(bytes(32, 100 + generation))).sealingKey());
  }

  static NewRoot root(int generation) {
    return root(generation, generation - 1);
  }

  /** A new root that has another one than the newest sealed under it. */
  static NewRoot root(int generation, int before) {
    return new NewRoot(
        generation, named(generation), before, bytes(ChainLink.SEALED_ROOT, generation));
  }

  /** The account begins with device 10. */
  static ChainLink created() {
    return created(ACCOUNT);
  }

  static ChainLink created(AccountId account) {
    return ChainLink.sign(
        new ChainLink.Content(
            account, 0, ChainLink.NOTHING, TIME, device(10), creation(), ChainLink.NO_HEADS),
        key(10),
        List.of(IDENTITY, PASSWORD, RECOVERY));
  }

  static LinkBody creation() {
    return new LinkBody.Create(
        IDENTITY.verifyKey(), slot(PASSWORD, 3), slot(RECOVERY, 4), named(0), newDevice(10));
  }

  static LinkBody recover(boolean keepsDevices, int generation, int device) {
    return recover(keepsDevices, root(generation), device);
  }

  static LinkBody recover(boolean keepsDevices, NewRoot root, int device) {
    return new LinkBody.Recover(
        slot(key(5), 5), slot(key(6), 6), root, keepsDevices, newDevice(device));
  }

  /** The keys that must sign {@link #recover}. */
  static List<SigningKey> recoverKeys(int device) {
    return List.of(key(5), key(6), key(device));
  }

  static ChainLink add(ChainLink after, SlotId signer, SigningKey key, int device) {
    return link(after, signer, key, new LinkBody.AddDevice(newDevice(device)), key(device));
  }

  static ChainLink revoke(ChainLink after, int by, int generation, int device) {
    LinkBody body = new LinkBody.Revoke(root(generation), List.of(id(device)));
    return link(after, device(by), key(by), body);
  }

  static ChainLink link(
      ChainLink after, SlotId signer, SigningKey key, LinkBody body, SigningKey... newKeys) {
    byte[] heads = body instanceof LinkBody.Create ? ChainLink.NO_HEADS : HEADS;
    return ChainLink.sign(
        ChainLink.Content.after(after.floor(), ACCOUNT, TIME, signer, body, heads),
        key,
        List.of(newKeys));
  }

  /** With a place in the chain that need not be the right one. */
  static ChainLink placed(long seq, ChainLink after, AccountId account) {
    return ChainLink.sign(
        new ChainLink.Content(
            account,
            seq,
            after.hash(),
            TIME,
            device(10),
            new LinkBody.AddDevice(newDevice(11)),
            HEADS),
        key(10),
        List.of(key(11)));
  }
}
