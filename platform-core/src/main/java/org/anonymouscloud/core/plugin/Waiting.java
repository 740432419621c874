package org.anonymouscloud.core.plugin;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a request of the local API waits for a server that does not answer when its work begins.
 * Work that is under way has more patience, as a server that restarts is soon back.
 */
public final class Waiting {
  /** What a request waits that does not say otherwise. */
  public static final Duration USUAL = Duration.ofSeconds(15);

  /** The longest that a request may ask for. */
  public static final Duration LONGEST = Duration.ofHours(1);

  private static final ScopedValue<Duration> WANTED = ScopedValue.newInstance();

  private Waiting() {}

  /** Some work. */
  @FunctionalInterface
  public interface Work {
    void run() throws Exception;
  }

  /** What the request that this thread works for has asked for, if it has. */
  public static Optional<Duration> wanted() {
    return WANTED.isBound() ? Optional.of(WANTED.get()) : Optional.empty();
  }

  /** Works for a request that has asked for this. */
  public static void within(Duration wanted, Work work) throws Exception {
    ScopedValue.where(WANTED, wanted)
        .call(
            () -> {
              work.run();
              return true;
            });
  }
}
