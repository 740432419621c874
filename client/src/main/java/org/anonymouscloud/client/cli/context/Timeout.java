package org.anonymouscloud.client.cli.context;

import java.time.Duration;
import java.util.Optional;
import org.anonymouscloud.core.plugin.Waiting;
import org.jspecify.annotations.Nullable;

/** What {@code --timeout} says, of whichever command it was given to. Not thread-safe. */
public final class Timeout {
  private @Nullable Duration wanted;

  /**
   * @throws IllegalArgumentException if a server is not to be waited for so long
   */
  public void set(int seconds) {
    if (seconds < 0 || seconds > Waiting.LONGEST.toSeconds()) {
      throw new IllegalArgumentException(
          "--timeout is a number of seconds, at most " + Waiting.LONGEST.toSeconds() + ".");
    }
    wanted = Duration.ofSeconds(seconds);
  }

  Optional<Duration> wanted() {
    return Optional.ofNullable(wanted);
  }
}
