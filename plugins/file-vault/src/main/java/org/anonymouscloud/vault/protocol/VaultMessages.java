package org.anonymouscloud.vault.protocol;

/** Questions and answers of the vault protocol. Names of packs are {@link PackName}s' texts. */
public final class VaultMessages {
  /** The smallest pack: 4 KiB. */
  public static final int MIN_PACK = 1 << 12;

  /** The largest pack: 16 MiB. Between the two only powers of two are taken. */
  public static final int MAX_PACK = 1 << 24;

  /** The most packs that one root brings in. */
  public static final int MAX_PACKS_IN_MOVE = 2_000;

  /** Asks for the newest root. */
  public static final long NEWEST = -1;

  private VaultMessages() {}

  /**
   * @param number of the root, counted from 0, or {@link #NEWEST}
   */
  public record RootGet(long number) {}

  /**
   * @param root the sealed and signed root; refused with {@code NOT_FOUND} if there is none
   */
  public record RootGot(long number, byte[] root) {}

  /**
   * Compares and sets, in one transaction. Refused with {@code CONFLICT} if {@code number} is not
   * the one after the newest, with {@code NOT_FOUND} if a pack that should become live is not
   * there, with {@code BAD_REQUEST} if the root's {@link RootHeader} says something else or does
   * not name the asking device and the root before.
   *
   * @param number of the new root; 0 for a drive's first
   * @param root of {@link RootHeader#ROOT} bytes
   * @param live {@linkplain PackName#encodeAll names} of packs that the new root needs and the one
   *     before did not
   * @param frees whether the change only deletes; then it may go a little beyond the quota
   */
  public record RootMove(long number, byte[] root, byte[] live, boolean frees) {}

  /**
   * Stores a pack; it is durable when the answer is there, and kept for a day until a root names it
   * as live. Putting a pack that is there with this length changes nothing.
   *
   * @param length a power of two from {@link #MIN_PACK} to {@link #MAX_PACK}
   * @param frees whether a change that only deletes needs it, as above
   */
  public record PackPut(String name, int length, boolean frees) {}

  /** Reads {@code length} bytes of a pack, at least one, from {@code offset}, all within it. */
  public record PackGet(String name, int offset, int length) {}

  public record UsageGet() {}

  /**
   * @param used bytes of the account, of all features; here those of roots and of packs, live or
   *     not
   * @param quota {@link Long#MAX_VALUE} for no limit
   * @param packs how many there are
   */
  public record Usage(long used, long quota, long packs) {}

  public record Empty() {}
}
