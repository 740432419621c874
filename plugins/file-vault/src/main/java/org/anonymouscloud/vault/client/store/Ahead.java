package org.anonymouscloud.vault.client.store;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes all readers together may be ahead of what was asked of them. Each may be ahead by
 * one segment, however many there are. Thread-safe.
 */
public final class Ahead {
  private static final long MOST = 24L << 20;

  private final AtomicLong left = new AtomicLong(MOST);

  /** Whether a reader may go on that is ahead already. */
  public boolean isRoom() {
    return left.get() > 0;
  }

  /** A reader is ahead by so many bytes more. */
  public void take(long bytes) {
    left.addAndGet(-bytes);
  }

  /** A reader is ahead by so many bytes less. */
  public void give(long bytes) {
    left.addAndGet(bytes);
  }
}
