package org.anonymouscloud.vault.client.space;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/**
 * How long a drive's states stay: all for some days, and then for some weeks the one that the drive
 * was in when a week ended, which is Monday, 00:00 UTC.
 *
 * @param days 0 or more
 * @param weeks 0 or more
 */
record Retention(int days, int weeks) {
  private static final int DAYS = 7;

  /** What was removed before this goes from the trash. */
  Instant cutoff(Instant now) {
    return now.minus(Duration.ofDays(days));
  }

  /** Whether a time is of the days in which all stays, and not still to come. */
  boolean isWithinDays(Instant time, Instant now) {
    return days > 0 && time.isAfter(cutoff(now)) && !time.isAfter(now);
  }

  /**
   * Whether a state stays that is not the newest.
   *
   * @param since from when on the drive was like that
   * @param until from when on it was not any more; before that if clocks differ
   */
  boolean keeps(Instant since, Instant until, Instant now) {
    if (days > 0 && (since.isAfter(cutoff(now)) || until.isAfter(cutoff(now)))) {
      return true;
    }
    if (weeks == 0) {
      return false;
    }
    // The first end of a week that this state has seen: at it, or after.
    Instant midnight = since.truncatedTo(ChronoUnit.DAYS);
    Instant end =
        midnight
            .atOffset(ZoneOffset.UTC)
            .with(TemporalAdjusters.nextOrSame(DayOfWeek.MONDAY))
            .toInstant();
    if (end.isBefore(since)) {
      end = end.plus(Duration.ofDays(DAYS));
    }
    // And the last of which states stay.
    Instant oldest = now.minus(Duration.ofDays((long) DAYS * weeks));
    if (!end.isAfter(oldest)) {
      end = last(until);
    }
    return end.isAfter(oldest) && !end.isAfter(now) && end.isBefore(until);
  }

  /** The last end of a week before a time. */
  private static Instant last(Instant time) {
    Instant end =
        time.truncatedTo(ChronoUnit.DAYS)
            .atOffset(ZoneOffset.UTC)
            .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
            .toInstant();
    return end.isBefore(time) ? end : end.minus(Duration.ofDays(DAYS));
  }
}
