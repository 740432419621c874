package org.anonymouscloud.core.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands until a test sets it. Thread-safe. */
public final class TestClock extends Clock {
  private volatile Instant now;

  public TestClock(Instant now) {
    this.now = now;
  }

  public void set(Instant time) {
    now = time;
  }

  public void pass(Duration time) {
    now = now.plus(time);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  /** The program tells times in UTC only. */
  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("The program asked for the time in " + zone + ".");
  }

  @Override
  public Instant instant() {
    return now;
  }
}
