package org.anonymouscloud.core.account.client.keys;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.chain.SlotKeys;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.SealingKey;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;

/**
 * What opens one slot of one account. From it come the key pair to which root secrets are sealed
 * and, for password and recovery, the one that signs links; a device signs with its device key. Not
 * thread-safe while it is closed.
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
    return new SlotSecret(account, new SlotId.Recovery(), Purpose.RECOVERY_SLOT.key(words));
  }

  /**
   * The key that signs for the recovery slot. The words alone give it: the server names no account
   * before it has seen them proven (A11). The caller closes it.
   */
  public static SigningKey recoveryKey(Secret words) {
    try (Secret secret = Purpose.RECOVERY_SLOT.key(words);
        Secret seed = Purpose.SLOT_SIGN.key(secret)) {
      return SigningKey.fromSeed(seed);
    }
  }

  /**
   * The key by whose signature a server knows who has the account key, and lets them try a password
   * though strangers have tried too many. Its public half says nothing of the account key's 128
   * random bits. The caller closes it.
   *
   * @param accountKey 16 bytes
   */
  public static SigningKey loginKey(Secret accountKey) {
    try (Secret seed = Purpose.LOGIN_KEY.key(accountKey)) {
      return SigningKey.fromSeed(seed);
    }
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
  public SealingKey sealingKey() {
    try (OpeningKey key = openingKey()) {
      return key.sealingKey();
    }
  }

  /** The key that signs for this slot. The caller closes it. */
  public SigningKey signingKey() {
    try (Secret seed = Purpose.SLOT_SIGN.key(secret)) {
      return SigningKey.fromSeed(seed);
    }
  }

  /** Both public keys, as the chain names them. */
  public SlotKeys keys() {
    try (SigningKey signing = signingKey()) {
      return new SlotKeys(sealingKey(), signing.verifyKey());
    }
  }

  /** The slot that this secret opens. */
  public AccountId account() {
    return account;
  }

  /** Which slot this opens. */
  public SlotId slot() {
    return slot;
  }

  /**
   * Seals a root secret to a slot, which need not be one's own: its public key is in the chain.
   *
   * @param key of the slot
   */
  public static SealedSlot seal(
      AccountId account, SlotId slot, SealingKey key, RootSecret root, int generation) {
    byte[] sealed =
        key.seal(Purpose.SLOT.context(), context(account, slot, generation), root.secret().bytes());
    return new SealedSlot(slot, generation, sealed);
  }

  /**
   * Whether the chain names this slot's keys. Each key signs the link that brings it in, so a chain
   * with them is one that the holder of this secret has made or joined, whatever the server says
   * (A5).
   */
  public boolean isNamedBy(ChainState chain) {
    if (!chain.account().equals(account)
        || !chain.sealingKey(slot).equals(Optional.of(sealingKey()))) {
      return false;
    }
    if (slot instanceof SlotId.Device) {
      // It signs with the device key, which whoever has this device compares for itself.
      return true;
    }
    try (SigningKey signing = signingKey()) {
      return chain.signingKey(slot).equals(Optional.of(signing.verifyKey()));
    }
  }

  /**
   * Opens the record of this slot for a generation. Anybody can seal to a public key, so that it
   * opens proves nothing; the chain does, which names the root secret (A5).
   *
   * @param chain of this account, replayed
   * @param generation from 0 to the chain's newest, which alone counts unless a person agrees to
   *     less
   * @throws NotAuthentic if anything at all is not as the account's owner made it (A1, A2, A13)
   */
  public RootSecret open(SealedSlot record, ChainState chain, int generation) throws NotAuthentic {
    if (!record.slot().equals(slot) || record.generation() != generation || !isNamedBy(chain)) {
      throw new NotAuthentic();
    }
    try (OpeningKey key = openingKey()) {
      byte[] opened =
          key.open(Purpose.SLOT.context(), context(account, slot, generation), record.sealed());
      RootSecret root = RootSecret.of(Secret.of(opened));
      if (!root.isNamedBy(chain, generation)) {
        root.close();
        throw new NotAuthentic();
      }
      return root;
    }
  }

  /**
   * Opens what was sealed to this slot and is no root secret. The caller closes it.
   *
   * @param info the purpose, a constant of the format's document
   * @throws NotAuthentic if it was not sealed to this slot for this purpose and context
   */
  public Secret open(byte[] info, byte[] context, byte[] sealed) throws NotAuthentic {
    try (OpeningKey key = openingKey()) {
      return Secret.of(key.open(info, context, sealed));
    }
  }

  private OpeningKey openingKey() {
    try (Secret seed = Purpose.SLOT_KEY.key(secret)) {
      return OpeningKey.fromSeed(seed);
    }
  }

  private static byte[] context(AccountId account, SlotId slot, int generation) {
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
