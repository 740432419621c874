package org.anonymouscloud.client.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RateTest {
  private static final long TENTH = 100_000_000;
  private long now = Long.MAX_VALUE - TENTH;
  private final Rate rate = new Rate(now);

  private void pass(int tenths, long bytesEach) {
    for (int i = 0; i < tenths; i++) {
      now += TENTH;
      rate.add(bytesEach, now);
    }
  }

  @Test
  void itIsRightFromTheFirstTenthOfASecondOn() {
    rate.add(1_000, now + 1);
    assertThat(rate.perSecond()).as("too early to say").isZero();

    for (int i = 0; i < 20; i++) {
      pass(1, i == 0 ? 0 : 1_000);
      assertThat(rate.perSecond()).isBetween(9_000L, 10_001L);
    }
  }

  @Test
  void itFollowsWithinSecondsAndDoesNotJump() {
    pass(100, 1_000);
    long before = rate.perSecond();
    for (int i = 0; i < 100; i++) {
      pass(1, 3_000);
      assertThat(rate.perSecond()).isBetween(before, before + 2_000);
      before = rate.perSecond();
    }
    assertThat(before).isBetween(29_000L, 30_000L);
    pass(100, 0);
    assertThat(rate.perSecond()).as("it stands still").isLessThan(500);
  }
}
