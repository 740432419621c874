package org.anonymouscloud.core.channel;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Arrays for records, used again and again. An idle connection holds none of them, so ten thousand
 * idle connections cost no more than one. Thread-safe.
 */
public final class RecordBuffers {
  /** A prefix, the longest record, and the prefix after it. */
  private static final int LARGE = 2 + Channel.MAX_RECORD + 2;

  /** Up to here a new array costs less than keeping one. */
  private static final int SMALL = 8 * 1024;

  private final int most;

  /** The one used last is taken first: it may still be in the processor's cache. */
  private final Deque<byte[]> free = new ArrayDeque<>();

  /**
   * @param kept arrays of 64 KiB that are kept while nobody uses them
   */
  public RecordBuffers(int kept) {
    this.most = kept;
  }

  /** An array of at least {@code length} bytes, with anything in it. */
  byte[] take(int length) {
    if (length <= SMALL) {
      return new byte[length];
    }
    byte[] array;
    synchronized (free) {
      array = free.poll();
    }
    return array == null ? new byte[LARGE] : array;
  }

  /** Whether an array of this length is one that is kept. */
  static boolean isLarge(byte[] array) {
    return array.length == LARGE;
  }

  /** Takes an array back that nobody uses any more. */
  void giveBack(byte[] array) {
    if (isLarge(array)) {
      synchronized (free) {
        if (free.size() < most) {
          free.push(array);
        }
      }
    }
  }
}
