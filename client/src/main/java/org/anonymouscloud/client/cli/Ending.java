package org.anonymouscloud.client.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The end of a process that goes on until it is asked to stop: by a signal or by a request. Closing
 * says that all is done; only then a signal may end the process. Thread-safe.
 */
final class Ending implements AutoCloseable {
  /** A server drains for ten seconds; what takes longer than this is stuck. */
  private static final long PATIENCE_SECONDS = 25;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);

  private Ending() {}

  /** From now on a signal asks for the end. */
  static Ending onSignal() {
    Ending ending = new Ending();
    Runtime.getRuntime().addShutdownHook(new Thread(ending::end, "ending"));
    return ending;
  }

  private void end() {
    asked.countDown();
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("anoncloud: ended before all work was done.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks for the end. */
  void ask() {
    asked.countDown();
  }

  /** Waits until someone asks. */
  void await() throws InterruptedException {
    asked.await();
  }

  @Override
  public void close() {
    done.countDown();
  }
}
