package org.anonymouscloud.core.plugin;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is done again and again on a thread of its own, as all that a server or an agent does
 * by the clock. Thread-safe.
 */
public final class Periodic implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Periodic.class);

  private final Duration pause;
  private final LongConsumer round;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param pause between two rounds, unless {@link #wake} cuts it short
   * @param round is given its number, from 0
   */
  private Periodic(String name, Duration pause, LongConsumer round) {
    this.pause = pause;
    this.round = round;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  /** Begins at once. */
  public static Periodic start(String name, Duration pause, LongConsumer round) {
    Periodic periodic = new Periodic(name, pause, round);
    periodic.thread.start();
    return periodic;
  }

  private void run() {
    for (long number = 0; !closed; number++) {
      long current = number;
      attempt(() -> round.accept(current));
      try {
        wake.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
        wake.drainPermits();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Does a part of a round; that it fails does not keep the others from being done. */
  public static void attempt(Runnable part) {
    try {
      part.run();
    } catch (DatabaseUnavailable e) {
      LOG.debug("What is done by the clock waits for the database: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("What is done by the clock failed.", e);
    }
  }

  /** Lets the next round begin now; returns at once. */
  public void wake() {
    wake.release();
  }

  /** Ends the thread after the round that it is at. */
  @Override
  public void close() {
    closed = true;
    wake();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
