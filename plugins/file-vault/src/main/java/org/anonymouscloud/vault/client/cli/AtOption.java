package org.anonymouscloud.vault.client.cli;

import java.time.Clock;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.vault.client.cli.typed.TypedState;
import org.anonymouscloud.vault.client.cli.typed.TypedTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --at}: what was, instead of what is. */
public final class AtOption {
  /** All that may be given, for people, to stand behind "like". */
  public static final String FORMS =
      TypedTime.FORMS + "; or 17 or '#17' for the state of that number in 'anoncloud history'";

  /** What is meant where only a day, a minute or a second is given. */
  public static final String END = "A day, minute or second is meant at its end.";

  private static final Pattern STATE = Pattern.compile("#?(0|[1-9][0-9]{0,17})");

  private final Clock clock;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "As the drive was at that time: like " + FORMS + ". " + END)
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
    if (STATE.matcher(at).matches()) {
      return Long.toString(TypedState.number(typed));
    }
    return TypedTime.of(typed, clock, TypedTime.Moment.LAST, "a time like " + FORMS).toString();
  }

  /** What someone typed, as of then. */
  public VaultUrl typed(String path) throws Problem {
    return VaultUrl.typed(path).asOf(asked());
  }
}
