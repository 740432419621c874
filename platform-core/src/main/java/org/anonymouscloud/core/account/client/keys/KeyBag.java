package org.anonymouscloud.core.account.client.keys;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;

/**
 * The account's long-lived private keys. What the server keeps of them is written once, with the
 * account: nothing that a thief of a device sends there keeps the owner from opening it.
 *
 * @param identity signs the chain; its public half stands in the first link
 */
public record KeyBag(SigningKey identity) implements AutoCloseable {
  /** Bytes in an encoded bag. */
  public static final int LENGTH = 1 + SigningKey.SEED_LENGTH;

  private static final byte VERSION = 1;

  /** New keys. */
  public static KeyBag random() {
    return new KeyBag(SigningKey.generate());
  }

  /** The bag's bytes; the caller closes them. */
  public Secret encode() {
    try (Secret seed = identity.seed()) {
      return Secret.of(ByteBuffer.allocate(LENGTH).put(VERSION).put(seed.bytes()).array());
    }
  }

  /**
   * Reads a bag out of authenticated bytes, which stay the caller's.
   *
   * @throws NotAuthentic if they are not a bag of this version
   */
  public static KeyBag decode(Secret encoded) throws NotAuthentic {
    byte[] bytes = encoded.bytes();
    if (bytes.length != LENGTH || bytes[0] != VERSION) {
      throw new NotAuthentic();
    }
    try (Secret identity = Secret.of(Arrays.copyOfRange(bytes, 1, LENGTH))) {
      return new KeyBag(SigningKey.fromSeed(identity));
    }
  }

  /**
   * Seals the bag for the server to keep.
   *
   * @param first the root secret of generation 0
   */
  public byte[] seal(AccountId account, RootSecret first) {
    try (Secret key = first.key(Purpose.KEY_BAG);
        Secret plain = encode()) {
      byte[] sealed = ChunkedEncryption.seal(key, context(account), plain.bytes());
      return ByteBuffer.allocate(1 + sealed.length).put(VERSION).put(sealed).array();
    }
  }

  /**
   * Opens what the server kept.
   *
   * @param first the root secret of generation 0
   * @throws NotAuthentic if it is not this account's bag, or its identity key is not the one of the
   *     chain (A5)
   */
  public static KeyBag open(byte[] sealed, RootSecret first, ChainState chain) throws NotAuthentic {
    if (sealed.length < 1 || sealed[0] != VERSION) {
      throw new NotAuthentic();
    }
    byte[] context = context(chain.account());
    try (Secret key = first.key(Purpose.KEY_BAG);
        Secret plain =
            Secret.of(ChunkedEncryption.open(key, context, sealed, 1, sealed.length - 1))) {
      KeyBag bag = decode(plain);
      if (!bag.identity.verifyKey().equals(chain.identity())) {
        bag.close();
        throw new NotAuthentic();
      }
      return bag;
    }
  }

  private static byte[] context(AccountId account) {
    return Purpose.KEY_BAG.context(
        ByteBuffer.allocate(1 + AccountId.LENGTH).put(VERSION).put(account.bytes()).array());
  }

  @Override
  public void close() {
    identity.close();
  }

  @Override
  public String toString() {
    return "KeyBag";
  }
}
