package org.anonymouscloud.vault.client.cli.typed;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.TypedText;

/** Times as people type them. */
public final class TypedTime {
  private static final Pattern AGE = Pattern.compile("([1-9][0-9]{0,4})([mhdw])");

  /** What a time may be, for people. */
  private static final String ALLOWED =
      "a time like 2026-11-03, 2026-11-03T08:30, 2026-11-03T08:30:00Z, or 30d for so long ago";

  private TypedTime() {}

  /** Which moment a date without a time means. */
  public enum Day {
    BEGINNING,
    /** The last moment of it; of today, now. */
    END
  }

  /**
   * A time: an age like {@code 3d}, a date, a date with a time of day, or that with an offset from
   * UTC. Without an offset it is meant in this machine's time zone.
   *
   * @param clock tells what an age goes back from
   * @throws Problem if it is none of them
   */
  public static Instant of(TypedText typed, Clock clock, Day day) throws Problem {
    String text = typed.text();
    try {
      Optional<Duration> age = ifAge(text);
      if (age.isPresent()) {
        return clock.instant().minus(age.get());
      }
      ZoneId here = ZoneId.systemDefault();
      if (text.indexOf('T') < 0) {
        LocalDate date = LocalDate.parse(text);
        return switch (day) {
          case BEGINNING -> date.atStartOfDay(here).toInstant();
          case END -> {
            Instant end = date.plusDays(1).atStartOfDay(here).toInstant().minusNanos(1);
            Instant now = clock.instant();
            yield date.equals(LocalDate.ofInstant(now, here)) ? now : end;
          }
        };
      }
      boolean hasOffset = text.matches(".*(?:[Zz]|[+-]\\d\\d:\\d\\d)");
      return hasOffset
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(text).atZone(here).toInstant();
    } catch (DateTimeException e) {
      Problem refused = typed.refused(ALLOWED);
      refused.initCause(e);
      throw refused;
    }
  }

  /** How long ago something was, like {@code 45m}, {@code 12h}, {@code 30d} or {@code 8w}. */
  public static Duration age(TypedText typed) throws Problem {
    return ifAge(typed.text()).orElseThrow(() -> typed.refused("an age like 45m, 12h, 30d or 8w"));
  }

  private static Optional<Duration> ifAge(String text) {
    Matcher age = AGE.matcher(text.toLowerCase(Locale.ROOT));
    if (!age.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(age.group(1));
    return Optional.of(
        switch (age.group(2)) {
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          case "d" -> Duration.ofDays(count);
          default -> Duration.ofDays(7 * count);
        });
  }
}
