package org.anonymouscloud.core.plugin;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * How every command writes a time for people: by this machine's clock, with how far that is from
 * UTC, as in {@code 2026-11-03 09:30:00 +01:00}. Documents for programs have ISO 8601 in UTC.
 */
public final class ShownTime {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx");

  private ShownTime() {}

  /** A time, or ISO 8601 in UTC for one that is beyond all calendars. */
  public static String of(Instant time) {
    try {
      return FORMAT.format(time.atZone(ZoneId.systemDefault()));
    } catch (DateTimeException e) {
      return time.toString();
    }
  }

  /**
   * The same for a time in a document.
   *
   * @param time in ISO 8601
   */
  public static String of(String time) {
    return of(Instant.parse(time));
  }
}
