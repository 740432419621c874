package org.anonymouscloud.core.crypto;

/**
 * Argon2id (RFC 9106) at the one cost this program knows: its second recommended choice, 64 MiB, 3
 * passes, 4 lanes. The cost is a constant, so no server can lower it (A7). Takes about half a
 * second. Thread-safe.
 */
public final class Argon2id {
  /** Memory in KiB. */
  public static final int MEMORY = 64 * 1024;

  /** Passes over the memory. */
  public static final int PASSES = 3;

  /** Lanes of parallelism. */
  public static final int LANES = 4;

  private static final Argon2 COST =
      new Argon2(Argon2.ID, Argon2.VERSION_13, MEMORY, PASSES, LANES);
  private static final byte[] NONE = {};

  private Argon2id() {}

  /**
   * Stretches a guessable input.
   *
   * @param salt at least 8 bytes
   * @param length of the output in bytes, at least 4
   */
  public static Secret stretch(Secret input, byte[] salt, int length) {
    Secret stretched = Secret.of(COST.hash(input.bytes(), salt, NONE, NONE, length));
    // The 64 MiB are old by now: the collector would let the heap grow by as much again before it
    // looks there, and a process that stays would keep them.
    System.gc();
    return stretched;
  }
}
