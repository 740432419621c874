package org.anonymouscloud.vault.client.cli.typed;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.TypedText;

/** Times as people type them. */
public final class TypedTime {
  /** As every command writes a time: {@link org.anonymouscloud.core.plugin.ShownTime}. */
  private static final Pattern SHOWN =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2}) (\\d{2}:\\d{2}(?::\\d{2})?)(?: ?([+-]\\d{2}:\\d{2}))?");

  private static final Pattern AGE = Pattern.compile("([1-9][0-9]{0,4})([mhdw])");

  /** All forms of a time, for people, to stand behind "like". */
  public static final String FORMS =
      "2026-11-03, 2026-11-03T08:30, 2026-11-03T08:30:00Z, '2026-11-03 08:30:00 +00:00' as the"
          + " commands print it, or 45m, 12h, 30d or 8w for so long ago";

  /** What a time may be, for people. */
  public static final String ALLOWED = "a time like " + FORMS;

  private TypedTime() {}

  /** Which moment a time means that is given by the day or by the second only. */
  public enum Moment {
    FIRST,
    /** The last one of that day or second; now, if that is still to come. */
    LAST
  }

  /**
   * A time: an age like {@code 3d}, a date, a date with a time of day, or that with an offset from
   * UTC; between the two may be a T or, as the commands print it, a blank. Without an offset it is
   * meant in this machine's time zone.
   *
   * @param clock tells what an age goes back from
   * @param allowed what may be given, for the refusal
   * @throws Problem if it is none of them
   */
  public static Instant of(TypedText typed, Clock clock, Moment moment, String allowed)
      throws Problem {
    Optional<Duration> age = ifAge(typed.text());
    Instant now = clock.instant();
    if (age.isPresent()) {
      return now.minus(age.get());
    }
    Matcher shown = SHOWN.matcher(typed.text());
    String text =
        shown.matches()
            ? shown.group(1) + "T" + shown.group(2) + Optional.ofNullable(shown.group(3)).orElse("")
            : typed.text();
    ZoneId here = ZoneId.systemDefault();
    Instant first;
    Instant next;
    try {
      if (text.indexOf('T') < 0) {
        LocalDate date = LocalDate.parse(text);
        first = date.atStartOfDay(here).toInstant();
        next = date.plusDays(1).atStartOfDay(here).toInstant();
      } else {
        boolean hasOffset = text.matches(".*(?:[Zz]|[+-]\\d\\d:\\d\\d)");
        first =
            hasOffset
                ? OffsetDateTime.parse(text).toInstant()
                : LocalDateTime.parse(text).atZone(here).toInstant();
        boolean isSecond = first.equals(first.truncatedTo(ChronoUnit.SECONDS));
        next = isSecond ? first.plusSeconds(1) : first.plusNanos(1);
      }
    } catch (DateTimeException e) {
      Problem refused = typed.refused(allowed);
      refused.initCause(e);
      throw refused;
    }
    if (moment == Moment.FIRST) {
      return first;
    }
    return !now.isBefore(first) && now.isBefore(next) ? now : next.minusNanos(1);
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
