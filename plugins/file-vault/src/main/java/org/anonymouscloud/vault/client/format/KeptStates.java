package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.wire.Malformed;

/**
 * Which earlier states of a drive are still whole, and how long states are to stay: the content of
 * the file {@link #NAME} in the topmost folder of the hidden tree. All roots stay for good, but
 * what only a dropped state needed may be gone from the server. Immutable.
 *
 * @param swept when states were last dropped; {@link Instant#EPOCH} if they never were
 * @param days for so many days every state stays, 0 to {@link #MAX_DAYS}
 * @param weeks for so many weeks the last state of each week stays, 0 to {@link #MAX_WEEKS}
 * @param from every root with this number or a higher one is a state of its own
 * @param earlier those that stay of the states before, the oldest first; at most {@link
 *     #MAX_EARLIER}
 */
public record KeptStates(Instant swept, int days, int weeks, long from, List<Earlier> earlier) {
  /** What the file is called. */
  public static final Name NAME = Name.of("states");

  public static final int MAX_DAYS = 36_500;
  public static final int MAX_WEEKS = 5_200;

  /** So many that the file has one segment. */
  public static final int MAX_EARLIER = 52_000;

  public static final int DEFAULT_DAYS = 30;
  public static final int DEFAULT_WEEKS = 52;

  /** Nothing was ever dropped: what counts without the file. */
  public static final KeptStates ALL =
      new KeptStates(Instant.EPOCH, DEFAULT_DAYS, DEFAULT_WEEKS, 0, List.of());

  private static final int VERSION = 1;
  private static final int HEADER = 1 + 12 + 4 + 4 + 8 + 4;
  private static final int EARLIER = 8 + 12;

  /** The most bytes in an encoded file. */
  public static final int MAX_ENCODED = HEADER + MAX_EARLIER * EARLIER;

  /**
   * A state that stays.
   *
   * @param number of the root whose tree it is
   * @param since from when on the drive was like that: before the time of the root, if that one
   *     only wrote the tree of an earlier one anew
   */
  public record Earlier(long number, Instant since) {}

  /**
   * @throws IllegalArgumentException if something is out of its range, or the states do not rise in
   *     number and time, or one comes after {@code from}
   */
  public KeptStates {
    earlier = List.copyOf(earlier);
    if (!Times.isKept(swept)
        || days < 0
        || days > MAX_DAYS
        || weeks < 0
        || weeks > MAX_WEEKS
        || from < 0
        || earlier.size() > MAX_EARLIER) {
      throw new IllegalArgumentException("There are no such kept states.");
    }
    long number = -1;
    Instant since = Instant.MIN;
    for (Earlier state : earlier) {
      if (state.number <= number
          || state.number > from
          || !state.since.isAfter(since)
          || !Times.isKept(state.since)) {
        throw new IllegalArgumentException("Kept states are not in order.");
      }
      number = state.number;
      since = state.since;
    }
  }

  /** Whether the tree of an earlier root is whole. That of the newest root always is. */
  public boolean has(long number) {
    return number >= from || place(number) >= 0;
  }

  /** From when on the drive was as that root says, if it is one of the earlier ones. */
  public Optional<Instant> since(long number) {
    int at = place(number);
    return at < 0 ? Optional.empty() : Optional.of(earlier.get(at).since);
  }

  private int place(long number) {
    int low = 0;
    int high = earlier.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long there = earlier.get(middle).number;
      if (there == number) {
        return middle;
      }
      if (there < number) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /** The content of the file. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(HEADER + earlier.size() * EARLIER);
    out.put((byte) VERSION);
    encode(swept, out);
    out.putInt(days).putInt(weeks).putLong(from).putInt(earlier.size());
    for (Earlier state : earlier) {
      out.putLong(state.number);
      encode(state.since, out);
    }
    return out.array();
  }

  private static void encode(Instant time, ByteBuffer out) {
    out.putLong(time.getEpochSecond()).putInt(time.getNano());
  }

  /** Reads the content of the file. */
  public static KeptStates decode(byte[] encoded) throws Malformed {
    Fields in = new Fields(encoded);
    in.version(VERSION);
    Instant swept = in.time();
    int days = in.u31();
    int weeks = in.u31();
    long from = in.u63();
    int count = in.u31();
    if (count > MAX_EARLIER || encoded.length != HEADER + count * EARLIER) {
      throw new Malformed("The kept states are not as many as they say.");
    }
    List<Earlier> earlier = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      earlier.add(new Earlier(in.u63(), in.time()));
    }
    in.end();
    try {
      return new KeptStates(swept, days, weeks, from, earlier);
    } catch (IllegalArgumentException e) {
      throw new Malformed(String.valueOf(e.getMessage()));
    }
  }
}
