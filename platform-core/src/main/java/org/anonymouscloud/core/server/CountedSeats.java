package org.anonymouscloud.core.server;

import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.worker.Seats;

/** The places that a server's owner allows. Thread-safe. */
final class CountedSeats implements Seats {
  private final int max;
  private final AtomicInteger taken = new AtomicInteger();

  /**
   * @param max logged-in sessions at once
   */
  CountedSeats(int max) {
    this.max = max;
  }

  /** How many are taken. */
  int count() {
    return taken.get();
  }

  @Override
  public boolean take() {
    return taken.getAndUpdate(count -> count < max ? count + 1 : count) < max;
  }

  @Override
  public void giveBack() {
    taken.decrementAndGet();
  }
}
