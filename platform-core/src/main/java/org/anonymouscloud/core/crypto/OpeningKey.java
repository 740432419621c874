package org.anonymouscloud.core.crypto;

/**
 * The private key that opens what was sealed to its {@link SealingKey}. Its 32-byte seed is the
 * whole key, as X-Wing has it. Not thread-safe while it is closed.
 */
public final class OpeningKey implements AutoCloseable {
  /** Bytes in a seed. */
  public static final int SEED_LENGTH = 32;

  private final Secret seed;

  private OpeningKey(Secret seed) {
    this.seed = seed;
  }

  /** A fresh key. */
  public static OpeningKey generate() {
    return new OpeningKey(Secret.random(SEED_LENGTH));
  }

  /**
   * The key of a seed, which stays the caller's.
   *
   * @param seed uniformly random, {@link #SEED_LENGTH} bytes
   */
  public static OpeningKey fromSeed(Secret seed) {
    if (seed.length() != SEED_LENGTH) {
      throw new IllegalArgumentException("A seed has 32 bytes, not " + seed.length() + ".");
    }
    return new OpeningKey(seed.copy());
  }

  /** A copy of the seed, for keeping it sealed. The caller closes it. */
  public Secret seed() {
    return seed.copy();
  }

  /** The public half. */
  public SealingKey sealingKey() {
    return SealingKey.trusted(Hpke.publicKey(seed));
  }

  /**
   * Opens a sealed message. That it opens does not say who sealed it.
   *
   * @throws NotAuthentic if it was not sealed to this key for this purpose and context, or was
   *     changed
   */
  public byte[] open(byte[] info, byte[] context, byte[] sealed) throws NotAuthentic {
    return Hpke.open(seed, info, context, sealed);
  }

  @Override
  public void close() {
    seed.close();
  }
}
