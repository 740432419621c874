package org.anonymouscloud.core.channel;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Arrays for records, used again and again. An idle connection holds none of them, so ten thousand
 * idle connections cost no more than one. Thread-safe.
 */
public final class RecordBuffers {
  /** A prefix, the longest record, and the prefix after it. */
  private static final int LARGE = 2 + Channel.MAX_RECORD + 2;

  /** Up to here a new array costs less than keeping one. */
  private static final int SMALL = 8 * 1024;

  private final BlockingQueue<byte[]> free;

  /**
   * @param kept arrays of 64 KiB that are kept while nobody uses them
   */
  public RecordBuffers(int kept) {
    this.free = new ArrayBlockingQueue<>(kept);
  }

  /** An array of at least {@code length} bytes, with anything in it. */
  byte[] take(int length) {
    if (length <= SMALL) {
      return new byte[length];
    }
    byte[] array = free.poll();
    return array == null ? new byte[LARGE] : array;
  }

  /** Takes an array back that nobody uses any more. */
  void giveBack(byte[] array) {
    if (array.length == LARGE) {
      var _ = free.offer(array);
    }
  }
}
