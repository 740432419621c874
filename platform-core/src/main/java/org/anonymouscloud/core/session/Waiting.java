package org.anonymouscloud.core.session;

import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Since when one side has waited for the other to take or to send something. Written by one thread
 * at a time, read by any.
 */
final class Waiting {
  private final LongSupplier nanoTime;
  private volatile boolean waits;
  private volatile long since;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  Waiting(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Waits from now on, unless it does so already. */
  void begin() {
    if (!waits) {
      since = nanoTime.getAsLong();
      waits = true;
    }
  }

  /** Something moved: whoever waits has waited since now. */
  void restart() {
    since = nanoTime.getAsLong();
  }

  void done() {
    waits = false;
  }

  /** By the clock, if there is a wait. */
  OptionalLong since() {
    return waits ? OptionalLong.of(since) : OptionalLong.empty();
  }
}
