package org.anonymouscloud.vault.client.api;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;

/**
 * How many requests send or receive content at a time: each holds some megabytes, however slowly
 * its caller reads or writes. Thread-safe.
 */
final class Transfers {
  static final int MOST = 16;

  private final Semaphore free = new Semaphore(MOST);
  private final Duration patience;

  /** With a place soon, or a refusal. */
  Transfers() {
    this(Duration.ofSeconds(15));
  }

  /**
   * @param patience how long to wait for a place
   */
  Transfers(Duration patience) {
    this.patience = patience;
  }

  /** What sends or receives. */
  @FunctionalInterface
  interface Transfer {
    void run() throws Problem, NotLoggedIn, IOException;
  }

  /**
   * Sends or receives when there is a place for it.
   *
   * @throws Problem also if none becomes free
   */
  void run(Transfer transfer) throws Problem, NotLoggedIn, IOException {
    try {
      if (!free.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new Problem(
            Problem.Kind.UNAVAILABLE,
            "The agent sends and receives "
                + MOST
                + " files by its API already, which is as many as it does at a time. Try again when"
                + " one has ended.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The transfer was interrupted.");
    }
    try {
      transfer.run();
    } finally {
      free.release();
    }
  }
}
