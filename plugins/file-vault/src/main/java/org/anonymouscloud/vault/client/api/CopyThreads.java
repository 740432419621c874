package org.anonymouscloud.vault.client.api;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Waiting;

/**
 * Threads for what reads and writes the local disk. A disk that does not answer, as one behind a
 * network, holds whoever waits for it for as long as it likes, and nothing can end that. So each
 * copy has a thread of its own, which holds none of those that serve requests, and there is a bound
 * on them. Thread-safe.
 */
final class CopyThreads {
  private static final int MOST = 16;
  private static final Duration LOOK = Duration.ofMillis(200);

  /** How many times to look whether a copy ends of which nobody wants to hear any more. */
  private static final int LOOKS_AFTER = 10;

  private final Semaphore free = new Semaphore(MOST);

  /** What copies. */
  @FunctionalInterface
  interface Copy {
    void run() throws Problem, NotLoggedIn, IOException;
  }

  /**
   * Copies and waits for the end; if the caller has gone, only for a moment: what goes on then has
   * nobody to tell.
   *
   * @param isUnheard whether the caller has gone
   * @throws Problem also if as many copies as there may be wait for their disks
   */
  void run(BooleanSupplier isUnheard, Copy copy) throws Problem, NotLoggedIn, IOException {
    if (!free.tryAcquire()) {
      throw new Problem(
          Problem.Kind.UNAVAILABLE,
          "The agent has "
              + MOST
              + " copies under way. If they wait for a disk that does not answer, 'anoncloud agent"
              + " stop' ends them.");
    }
    Optional<Duration> wait = Waiting.wanted();
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              try {
                if (wait.isPresent()) {
                  Waiting.within(wait.get(), copy::run);
                } else {
                  copy.run();
                }
              } finally {
                free.release();
              }
              return null;
            });
    Thread thread = Thread.ofPlatform().daemon().name("local-copy").start(task);
    int looks = 0;
    while (true) {
      try {
        task.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        if (isUnheard.getAsBoolean() && ++looks > LOOKS_AFTER) {
          throw new IOException("Whoever asked for the copy has gone.", e);
        }
      } catch (InterruptedException e) {
        thread.interrupt();
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("The copy was interrupted.");
      } catch (ExecutionException e) {
        throw failure(e);
      }
    }
  }

  private static IOException failure(ExecutionException e) throws Problem, NotLoggedIn {
    return switch (e.getCause()) {
      case Problem problem -> throw problem;
      case NotLoggedIn nobody -> throw nobody;
      case IOException failure -> failure;
      case RuntimeException fault -> throw fault;
      case Error error -> throw error;
      case null, default -> new IOException("A copy failed.", e);
    };
  }
}
