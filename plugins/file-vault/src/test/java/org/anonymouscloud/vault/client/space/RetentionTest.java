package org.anonymouscloud.vault.client.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Which states stay. */
final class RetentionTest {
  /** A Sunday. */
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

  private static boolean keeps(int days, int weeks, String since, String until) {
    return new Retention(days, weeks).keeps(Instant.parse(since), Instant.parse(until), NOW);
  }

  @Test
  void withinTheDaysAllStayThatTheDriveWasIn() {
    assertThat(keeps(7, 0, "2026-11-28T00:00:00Z", "2026-11-28T00:00:01Z")).isTrue();
    assertThat(keeps(7, 0, "2026-01-01T00:00:00Z", "2026-11-22T12:00:01Z"))
        .as("it was in this one when they began")
        .isTrue();
    assertThat(keeps(7, 0, "2026-01-01T00:00:00Z", "2026-11-22T11:59:59Z")).isFalse();
    assertThat(keeps(0, 0, "2026-11-29T11:00:00Z", "2026-11-29T12:00:00Z")).isFalse();
  }

  @Test
  void ofAWeekTheOneStaysInWhichItEnded() {
    assertThat(keeps(0, 4, "2026-11-22T20:00:00Z", "2026-11-23T00:00:01Z")).isTrue();
    assertThat(keeps(0, 4, "2026-11-22T20:00:00Z", "2026-11-23T00:00:00Z"))
        .as("the next one began with the week")
        .isFalse();
    assertThat(keeps(0, 4, "2026-11-23T00:00:00Z", "2026-11-23T01:00:00Z")).isTrue();
    assertThat(keeps(0, 4, "2026-11-24T00:00:00Z", "2026-11-29T00:00:00Z"))
        .as("this week has not ended")
        .isFalse();
  }

  @Test
  void aStateOfManyWeeksStaysForTheLastOfThem() {
    assertThat(keeps(0, 4, "2020-01-01T00:00:00Z", "2026-11-10T00:00:00Z")).isTrue();
    assertThat(keeps(0, 4, "2020-01-01T00:00:00Z", "2026-11-02T00:00:01Z")).isTrue();
    assertThat(keeps(0, 4, "2020-01-01T00:00:00Z", "2026-11-01T00:00:00Z")).isFalse();
    assertThat(keeps(0, 5_200, "2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z")).isTrue();
  }
}
