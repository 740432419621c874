package org.anonymouscloud.vault.client.format;

import java.time.Instant;

/**
 * The times that a drive keeps of files and folders. A disk may hold others, by mistake or by a
 * setting of its own, and not every disk, format or program can hold those: so writers keep to one
 * range, in which nanoseconds since 1970 fit a long. Who does not keep to it was no program of
 * ours, but may have had the keys.
 */
public final class Times {
  /** The first time that is kept. */
  public static final Instant EARLIEST = Instant.parse("1700-01-01T00:00:00Z");

  /** The last time that is kept. */
  public static final Instant LATEST = Instant.parse("2261-12-31T23:59:59.999999999Z");

  private Times() {}

  /** Whether a time can be kept as it is. */
  public static boolean isKept(Instant time) {
    return !time.isBefore(EARLIEST) && !time.isAfter(LATEST);
  }

  /** The time that can be kept and is nearest. */
  public static Instant nearest(Instant time) {
    return time.isBefore(EARLIEST) ? EARLIEST : time.isAfter(LATEST) ? LATEST : time;
  }
}
