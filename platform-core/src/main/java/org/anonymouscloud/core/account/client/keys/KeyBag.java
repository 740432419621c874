package org.anonymouscloud.core.account.client.keys;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;

/**
 * The account's long-lived private keys.
 *
 * @param identity signs the chain; its public half stands in the first link
 */
public record KeyBag(SigningKey identity) implements AutoCloseable {
  /** Bytes in an encoded bag. */
  public static final int LENGTH = 1 + SigningKey.SEED_LENGTH;

  private static final byte VERSION = 1;
  private static final int HEADER = 1 + Integer.BYTES;

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
   * @param generation of {@code root}
   * @param version of the bag, counted from 0
   */
  public byte[] seal(AccountId account, RootSecret root, int generation, long version) {
    try (Secret key = root.key(Purpose.KEY_BAG);
        Secret plain = encode()) {
      byte[] sealed =
          ChunkedEncryption.seal(key, context(account, generation, version), plain.bytes());
      return ByteBuffer.allocate(HEADER + sealed.length)
          .put(VERSION)
          .putInt(generation)
          .put(sealed)
          .array();
    }
  }

  /**
   * Opens what the server kept.
   *
   * @param roots of all generations, the oldest first
   * @param version that the server says it is
   * @throws NotAuthentic if it is not this account's bag of this version, or its identity key is
   *     not the one of the chain (A5)
   */
  public static KeyBag open(byte[] sealed, long version, List<RootSecret> roots, ChainState chain)
      throws NotAuthentic {
    if (sealed.length < HEADER || sealed[0] != VERSION) {
      throw new NotAuthentic();
    }
    int generation = ByteBuffer.wrap(sealed, 1, Integer.BYTES).getInt();
    if (generation < 0 || generation >= roots.size()) {
      throw new NotAuthentic();
    }
    byte[] context = context(chain.account(), generation, version);
    try (Secret key = roots.get(generation).key(Purpose.KEY_BAG);
        Secret plain =
            Secret.of(
                ChunkedEncryption.open(key, context, sealed, HEADER, sealed.length - HEADER))) {
      KeyBag bag = decode(plain);
      if (!bag.identity.verifyKey().equals(chain.identity())) {
        bag.close();
        throw new NotAuthentic();
      }
      return bag;
    }
  }

  private static byte[] context(AccountId account, int generation, long version) {
    byte[] place =
        ByteBuffer.allocate(HEADER + AccountId.LENGTH + Long.BYTES)
            .put(VERSION)
            .put(account.bytes())
            .putInt(generation)
            .putLong(version)
            .array();
    return Purpose.KEY_BAG.context(place);
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
