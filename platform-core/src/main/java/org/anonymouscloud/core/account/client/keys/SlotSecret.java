package org.anonymouscloud.core.account.client.keys;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.crypto.ConstantTime;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hmac;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.Secret;

/**
 * What opens one slot of one account. From it come the slot's key pair and the key of its anchor.
 * Not thread-safe while it is closed.
 */
public final class SlotSecret implements AutoCloseable {
  private static final byte VERSION = 1;

  private final AccountId account;
  private final SlotId slot;
  private final Secret secret;

  private SlotSecret(AccountId account, SlotId slot, Secret secret) {
    this.account = account;
    this.slot = slot;
    this.secret = secret;
  }

  /**
   * The password slot's: without either of the two nobody can even test a guess at the other (A12).
   *
   * @param exportKey 32 bytes that OPAQUE makes of the password
   * @param accountKey 16 bytes
   */
  public static SlotSecret password(AccountId account, Secret exportKey, Secret accountKey) {
    if (exportKey.length() != Purpose.KEY) {
      throw new IllegalArgumentException("An export key has 32 bytes.");
    }
    byte[] both = Arrays.copyOf(exportKey.bytes(), exportKey.length() + accountKey.length());
    System.arraycopy(accountKey.bytes(), 0, both, exportKey.length(), accountKey.length());
    try (Secret input = Secret.of(both)) {
      return new SlotSecret(
          account, new SlotId.Password(), Purpose.PASSWORD_SLOT.key(input, account.bytes()));
    }
  }

  /**
   * The recovery slot's.
   *
   * @param words the 32 bytes behind the recovery words
   */
  public static SlotSecret recovery(AccountId account, Secret words) {
    return new SlotSecret(
        account, new SlotId.Recovery(), Purpose.RECOVERY_SLOT.key(words, account.bytes()));
  }

  /**
   * The slot's of one device.
   *
   * @param deviceSecret 32 random bytes that never leave the device
   */
  public static SlotSecret device(AccountId account, DeviceId device, Secret deviceSecret) {
    return new SlotSecret(
        account,
        new SlotId.Device(device),
        Purpose.DEVICE_SLOT.key(deviceSecret, account.bytes(), device.bytes()));
  }

  /** The slot's X-Wing public key. */
  public byte[] publicKey() {
    try (OpeningKey key = openingKey()) {
      return key.sealingKey().bytes();
    }
  }

  /**
   * Seals a root secret to this slot.
   *
   * @param genesis hash of the chain's first link
   */
  public SealedSlot seal(RootSecret root, int generation, Digest genesis) {
    try (OpeningKey key = openingKey()) {
      byte[] sealed =
          key.sealingKey().seal(Purpose.SLOT.context(), context(generation), root.secret().bytes());
      return new SealedSlot(slot, generation, sealed, anchor(genesis).bytes());
    }
  }

  /**
   * Opens the record of this slot. Anybody can seal to a public key, so that it opens proves
   * nothing; the anchor proves that the chain is the account's own, and the chain names the root
   * secret (A5).
   *
   * @param generation that was asked for
   * @param chain of this account, replayed
   * @throws NotAuthentic if anything at all is not as the account's owner made it (A1, A2, A13)
   */
  public RootSecret open(SealedSlot record, int generation, ChainState chain) throws NotAuthentic {
    boolean mine =
        record.slot().equals(slot)
            && record.generation() == generation
            && chain.account().equals(account)
            && ConstantTime.equal(record.anchor(), anchor(chain.genesis()).bytes());
    if (!mine) {
      throw new NotAuthentic();
    }
    try (OpeningKey key = openingKey()) {
      byte[] opened = key.open(Purpose.SLOT.context(), context(generation), record.sealed());
      RootSecret root = RootSecret.of(Secret.of(opened));
      if (!root.isCommittedTo(chain, generation)) {
        root.close();
        throw new NotAuthentic();
      }
      return root;
    }
  }

  private OpeningKey openingKey() {
    try (Secret seed = Purpose.SLOT_KEY.key(secret)) {
      return OpeningKey.fromSeed(seed);
    }
  }

  private Digest anchor(Digest genesis) {
    byte[] message = Purpose.ANCHOR.context(new byte[] {VERSION}, slot.encode(), genesis.bytes());
    try (Secret key = Purpose.ANCHOR.key(secret)) {
      return Hmac.sha256(key, message, 0, message.length);
    }
  }

  private byte[] context(int generation) {
    return ByteBuffer.allocate(1 + AccountId.LENGTH + SlotId.LENGTH + Integer.BYTES)
        .put(VERSION)
        .put(account.bytes())
        .put(slot.encode())
        .putInt(generation)
        .array();
  }

  @Override
  public void close() {
    secret.close();
  }
}
