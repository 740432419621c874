package org.anonymouscloud.vault.protocol;

import java.util.List;

/**
 * Questions and answers of the vault protocol. Names of packs are {@link PackName}s' texts, {@code
 * drive} is the id of the drive that is meant.
 */
public final class VaultMessages {
  /** The smallest pack: 4 KiB. */
  public static final int MIN_PACK = 1 << 12;

  /** The largest pack: 16 MiB. Between the two only powers of two are taken. */
  public static final int MAX_PACK = 1 << 24;

  /** The most packs that one root brings in, or gives up, or that are dropped at once. */
  public static final int MAX_PACKS_IN_MOVE = 2_000;

  /** The most packs that one answer lists. */
  public static final int MAX_PACKS_IN_ANSWER = 3_000;

  /** Bytes of a listed pack: its name, and the power of two that it is long. */
  public static final int LISTED_PACK = PackName.LENGTH + 1;

  /** Is added to that power if the server's disk has lost the pack, or its end. */
  public static final int LOST = 0x80;

  /** Bytes in a grant: HPKE's encapsulated key, a drive secret, a tag. */
  public static final int GRANT = 1_168;

  public static final int MAX_DRIVES_IN_ANSWER = 1_000;

  /** The most bytes of rosters in one answer, unless a single one has more. */
  public static final int MAX_ROSTERS_IN_ANSWER = 1 << 16;

  /** The most drives that one account pays for. */
  public static final int MAX_DRIVES_PAID = 256;

  /** The most rosters that a drive ever has. */
  public static final int MAX_ROSTERS = 10_000;

  /** How many of them, the last ones, only owners set. */
  public static final int ROSTERS_OF_OWNERS = 2_000;

  /** The most bytes in all rosters of a drive; a client reads no more of them (A36). */
  public static final long MAX_ROSTER_BYTES = 64L << 20;

  /** How many of them, the last ones, only owners take: as many as their rosters can have. */
  public static final long ROSTER_BYTES_OF_OWNERS = 32L << 20;

  /** Asks for the newest root. */
  public static final int NEWEST = -1;

  private VaultMessages() {}

  /**
   * Asks which drives the caller's account is a member of.
   *
   * @param after an id; only those that come after it, compared byte by byte. All, if empty
   */
  public record DriveList(byte[] after) {}

  /**
   * @param drives ids of drives in their order, each with the number of its newest roster (8
   *     bytes); {@link #MAX_DRIVES_IN_ANSWER} at most
   * @param more whether there are others after them
   */
  public record DriveListed(byte[] drives, boolean more) {}

  /**
   * Makes a drive. Refused with {@code CONFLICT} if there is one of this id, with {@code
   * BAD_REQUEST} if the roster is no first one of the caller's device.
   *
   * @param roster a whole one, the drive's first
   * @param grant the drive secret, sealed to the caller's account
   */
  public record DriveCreate(byte[] roster, byte[] grant) {}

  /** Deletes a drive with all that is in it; for its only member. */
  public record DriveDelete(byte[] drive) {}

  /**
   * @param from number of the first roster of interest
   */
  public record RosterGet(byte[] drive, long from) {}

  /**
   * @param rosters in order; at most 65,536 bytes of them, but one if there is one
   * @param more whether there are others after them
   */
  public record RosterGot(List<byte[]> rosters, boolean more) {}

  /**
   * Sets a drive's next roster. Refused with {@code CONFLICT} if it does not follow the newest, or
   * its head is not a root of the drive, with {@code NOT_ALLOWED} if the caller may not change what
   * it changes.
   *
   * @param roster a whole one
   * @param grants for each member that has none of its generation: account id, then the drive
   *     secret sealed to it; in rising order of the accounts
   */
  public record RosterPut(byte[] drive, byte[] roster, byte[] grants) {}

  /**
   * Asks for one of the caller's own grants.
   *
   * @param generation of the drive secret, or {@link #NEWEST}
   */
  public record GrantGet(byte[] drive, int generation) {}

  /**
   * @param generation of the drive secret
   * @param grant that secret, sealed to the caller's account
   */
  public record GrantGot(int generation, byte[] grant) {}

  /**
   * @param number of the root, counted from 0, or {@link #NEWEST}
   */
  public record RootGet(byte[] drive, long number) {}

  /**
   * @param root the sealed and signed root; refused with {@code NOT_FOUND} if there is none
   * @param roster number of the drive's newest roster
   */
  public record RootGot(long number, byte[] root, long roster) {}

  /**
   * Compares and sets, in one transaction. Refused with {@code CONFLICT} if {@code number} is not
   * the one after the newest, or the root's generation is not that of the newest roster, with
   * {@code NOT_FOUND} if a pack of {@code live} is not there or one of {@code dropped} is not live,
   * with {@code BAD_REQUEST} if the root's {@link RootHeader} says something else or does not name
   * the asking device and the root before.
   *
   * @param number of the new root; 0 for a drive's first
   * @param root of {@link RootHeader#ROOT} bytes
   * @param live {@linkplain PackName#encodeAll names} of packs that the new root needs and the one
   *     before did not; one that was dropped and is still there is kept again
   * @param dropped names of live packs that no root needs any more that is kept: they are deleted
   *     after a day
   * @param frees whether the change only deletes; then it may go a little beyond the quota
   */
  public record RootMove(
      byte[] drive, long number, byte[] root, byte[] live, byte[] dropped, boolean frees) {}

  /**
   * Stores a pack; it is durable when the answer is there, and kept for a day until a root names it
   * as live. Putting a pack that is there with this length changes nothing.
   *
   * @param length a power of two from {@link #MIN_PACK} to {@link #MAX_PACK}
   * @param frees whether a change that only deletes needs it, as above
   */
  public record PackPut(byte[] drive, String name, int length, boolean frees) {}

  /** Reads {@code length} bytes of a pack, at least one, from {@code offset}, all within it. */
  public record PackGet(byte[] drive, String name, int offset, int length) {}

  /**
   * Deletes packs that no root has named yet, at once; those that one has named stay, and those
   * that are not there do no harm.
   *
   * @param names {@link #MAX_PACKS_IN_MOVE} at most
   */
  public record PackDrop(byte[] drive, byte[] names) {}

  /**
   * Asks which packs of a drive are live.
   *
   * @param after the name of a pack, as in an answer: only those that come after it, in an order
   *     that is the server's own. All, if empty
   */
  public record PackList(byte[] drive, byte[] after) {}

  /**
   * @param packs each the name and then one byte, the power of two that is its length, and {@link
   *     #LOST} more if it is lost; {@link #MAX_PACKS_IN_ANSWER} at most
   * @param more whether there are others after them
   */
  public record PackListed(byte[] packs, boolean more) {}

  /**
   * Asks which of some packs the server has no more.
   *
   * @param names {@link #MAX_PACKS_IN_MOVE} at most
   */
  public record PackAsk(byte[] drive, byte[] names) {}

  /**
   * @param names those of the question's that the drive has not, or the server's disk has lost,
   *     wholly or their ends
   */
  public record PackMissing(byte[] names) {}

  public record UsageGet(byte[] drive) {}

  /**
   * @param used bytes of the caller's account, of all features
   * @param quota of the caller's account; {@link Long#MAX_VALUE} for no limit
   * @param drive bytes of the drive, whoever pays for them: roots, rosters and packs, live or on
   *     their way
   * @param held bytes of packs that were dropped and will be deleted within a day
   * @param packs how many the drive has, held ones not among them
   * @param time of the server's clock, in seconds since 1970
   */
  public record Usage(long used, long quota, long drive, long held, long packs, long time) {}

  public record Empty() {}
}
