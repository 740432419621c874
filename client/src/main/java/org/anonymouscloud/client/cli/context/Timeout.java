package org.anonymouscloud.client.cli.context;

import java.time.Duration;
import java.util.Optional;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.core.plugin.Waiting;
import org.jspecify.annotations.Nullable;

/** What {@code --timeout} says, of whichever command it was given to. Not thread-safe. */
public final class Timeout {
  private @Nullable Duration wanted;

  /**
   * @param seconds as typed
   * @throws Problem if it is no number, or a server is not to be waited for so long
   */
  public void set(String seconds) throws Problem {
    wanted =
        Duration.ofSeconds(
            new TypedText("--timeout", seconds).number(0L, Waiting.LONGEST.toSeconds(), 60L));
  }

  Optional<Duration> wanted() {
    return Optional.ofNullable(wanted);
  }
}
