package org.anonymouscloud.vault.client.store;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Arrays that are used again: a gigabyte goes through a thousand of a megabyte, and fresh ones
 * would keep the collector busier than the cipher. Thread-safe.
 */
public final class Buffers {
  /** Bytes of each: enough for a block of a pack, and for a full segment, sealed or opened. */
  public static final int SIZE = 1 << 20;

  private final int kept;
  private final Deque<byte[]> free = new ArrayDeque<>();

  /**
   * @param kept the most arrays that wait to be used again
   */
  Buffers(int kept) {
    this.kept = kept;
  }

  /** An array with whatever was in it. */
  public byte[] take() {
    synchronized (this) {
      byte[] buffer = free.pollFirst();
      if (buffer != null) {
        return buffer;
      }
    }
    return new byte[SIZE];
  }

  /**
   * Gives back an array that {@link #take} gave; arrays of other sizes are left to the collector.
   */
  public synchronized void give(byte[] buffer) {
    if (buffer.length == SIZE && free.size() < kept) {
      free.addFirst(buffer);
    }
  }

  /** Leaves all but so many to the collector, and says how many it leaves. */
  synchronized int trim(int most) {
    int left = Math.max(0, free.size() - most);
    for (int i = 0; i < left; i++) {
      free.removeFirst();
    }
    return left;
  }

  /** How many wait to be used again. */
  synchronized int free() {
    return free.size();
  }
}
