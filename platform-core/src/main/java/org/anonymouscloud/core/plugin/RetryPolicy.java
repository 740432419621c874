package org.anonymouscloud.core.plugin;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.FinalFailure;
import org.anonymouscloud.core.wire.Refused;

/**
 * Repeats what does no harm when it is repeated, while the connection is cut or the server says
 * that it cannot answer just now: longer and longer apart, and not for ever. What works through one
 * cut of the connection has its time once: after a question that was given up, the next one of the
 * same work does not wait all over again. Thread-safe.
 */
public final class RetryPolicy {
  /** A server that restarts is back within this time, when all is well. */
  public static final Duration LIMIT = Duration.ofSeconds(75);

  /** What a server cannot read, it is asked for a few times more. */
  private static final Duration FAULT_LIMIT = Duration.ofSeconds(2);

  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  private final Duration limit;
  private final LongSupplier nanoTime;
  private final Pause pause;

  /** Since when nothing is answered, and when that was last met; guarded by this. */
  private Optional<Cut> cut = Optional.empty();

  private record Cut(long since, long seen) {}

  /** Waits between attempts. */
  @FunctionalInterface
  public interface Pause {
    void millis(long millis) throws InterruptedException;
  }

  /** An attempt. */
  @FunctionalInterface
  public interface Attempt<T> {
    T run() throws Refused, IOException;
  }

  public RetryPolicy() {
    this(LIMIT, System::nanoTime, Thread::sleep);
  }

  /**
   * @param limit from an attempt's failure until no more are made
   */
  public RetryPolicy(Duration limit, LongSupplier nanoTime, Pause pause) {
    this.limit = limit;
    this.nanoTime = nanoTime;
    this.pause = pause;
  }

  /**
   * The result of the first attempt that succeeds.
   *
   * @throws Refused if the server says no for good, or still says no when time is up
   * @throws IOException if the connection is still cut when time is up, or what came is untrusted
   */
  public <T> T until(Attempt<T> attempt) throws Refused, IOException {
    return repeat(attempt, limit, limit, false);
  }

  /**
   * As {@link #until} for the question with which work begins: nothing is lost when it is not done,
   * and somebody may be waiting.
   */
  public <T> T untilBegun(Attempt<T> attempt) throws Refused, IOException {
    Duration shorter = limit.compareTo(Waiting.USUAL) < 0 ? limit : Waiting.USUAL;
    Duration begin = Waiting.wanted().orElse(shorter);
    return repeat(attempt, begin, begin, true);
  }

  /**
   * As {@link #until} for what is read: a server that is away comes back, but one that answers that
   * it cannot read a thing mostly cannot read it later either.
   */
  public <T> T untilRead(Attempt<T> attempt) throws Refused, IOException {
    return repeat(attempt, limit, FAULT_LIMIT.compareTo(limit) < 0 ? FAULT_LIMIT : limit, false);
  }

  /**
   * @param anew whether it waits in full, however long the connection has been cut
   */
  private <T> T repeat(Attempt<T> attempt, Duration limit, Duration faultLimit, boolean anew)
      throws Refused, IOException {
    long start = nanoTime.getAsLong();
    long wait = FIRST_PAUSE_MILLIS;
    while (true) {
      try {
        T result = attempt.run();
        answered();
        return result;
      } catch (Refused e) {
        answered();
        if (!e.retryable() || isUp(start, e.code() == ErrorCode.INTERNAL ? faultLimit : limit)) {
          throw e;
        }
      } catch (IOException e) {
        if ((e instanceof FinalFailure failure && failure.isFinal())
            || Thread.currentThread().isInterrupted()
            || (isWorn() && !anew)
            || isUp(start, limit)) {
          throw e;
        }
      }
      try {
        pause.millis(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("The work was interrupted.");
      }
      wait = Math.min(2 * wait, LONGEST_PAUSE_MILLIS);
    }
  }

  /** Whether the connection has been cut for so long that work which meets it gives up. */
  private synchronized boolean isWorn() {
    long now = nanoTime.getAsLong();
    boolean goesOn = cut.isPresent() && !isUp(cut.get().seen(), limit);
    cut = Optional.of(new Cut(goesOn ? cut.get().since() : now, now));
    return isUp(cut.get().since(), limit);
  }

  private synchronized void answered() {
    cut = Optional.empty();
  }

  private boolean isUp(long start, Duration allowed) {
    return nanoTime.getAsLong() - start > allowed.toNanos();
  }
}
