package org.anonymouscloud.vault.client.cli;

import java.time.Clock;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.vault.client.cli.typed.TypedTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --at}: what was, instead of what is. */
public final class AtOption {
  private final Clock clock;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = {
        "As the drive was at that time: like 2026-11-03 (at the end of that day), 2026-11-03T08:30,"
            + " 2026-11-03T08:30:00Z, '2026-11-03 08:30:00 +00:00' as the commands print it, 3d for"
            + " so long ago (m, h, d or w), or '#17' for the state of that number in 'anoncloud"
            + " history'."
      })
  private @Nullable String at;

  /**
   * @param clock tells how long ago something was
   */
  public AtOption(Clock clock) {
    this.clock = clock;
  }

  /** As the API asks for it: a time or a number; null if it was not given. */
  public @Nullable String asked() throws Problem {
    return at == null ? null : asked(at, clock);
  }

  /** The same of what was given otherwise. */
  public static String asked(String at, Clock clock) throws Problem {
    TypedText typed = new TypedText("--at", at);
    if (at.matches("#(0|[1-9][0-9]{0,17})")) {
      return at.substring(1);
    }
    if (at.startsWith("#")) {
      throw typed.refused("a state by its number, like '#17'; 'anoncloud history' shows them");
    }
    if (at.matches("[0-9]{1,18}")) {
      throw typed.refused("'#" + at + "' for the state of that number, or " + TypedTime.ALLOWED);
    }
    return TypedTime.of(typed, clock, TypedTime.Moment.LAST).toString();
  }

  /** What someone typed, as of then. */
  public VaultUrl typed(String path) throws Problem {
    return VaultUrl.typed(path).asOf(asked());
  }
}
