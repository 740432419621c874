package org.anonymouscloud.vault.client.store;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Arrays of one size that are used again: a gigabyte goes through a thousand of a megabyte, and
 * fresh ones would keep the collector busier than the cipher. Thread-safe.
 */
public final class Buffers {
  private final int size;
  private final int kept;
  private final Deque<byte[]> free = new ArrayDeque<>();

  /**
   * @param size of each array
   * @param kept the most arrays that wait to be used again
   */
  public Buffers(int size, int kept) {
    this.size = size;
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
    return new byte[size];
  }

  /**
   * Gives back an array that {@link #take} gave; arrays of other sizes are left to the collector.
   */
  public synchronized void give(byte[] buffer) {
    if (buffer.length == size && free.size() < kept) {
      free.addFirst(buffer);
    }
  }
}
