package org.anonymouscloud.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private static final Duration LIMIT = Duration.ofSeconds(75);

  private final AtomicLong now = new AtomicLong();
  private final RetryPolicy policy =
      new RetryPolicy(
          LIMIT, now::get, millis -> now.addAndGet(Duration.ofMillis(millis).toNanos()));

  /** How long it takes until work of this kind is given up. */
  private Duration givenUp(Kind kind) {
    long start = now.get();
    assertThatThrownBy(
            () ->
                kind.run(
                    () -> {
                      throw new IOException("Cut.");
                    }))
        .hasMessage("Cut.");
    return Duration.ofNanos(now.get() - start);
  }

  private interface Kind {
    void run(RetryPolicy.Attempt<String> attempt) throws Exception;
  }

  private void answers() throws Exception {
    assertThat(policy.until(() -> "an answer")).isEqualTo("an answer");
  }

  @Test
  void allWorkThroughOneCutHasItsTimeOnce() {
    assertThat(givenUp(policy::until)).isBetween(LIMIT, LIMIT.plusSeconds(2));

    assertThat(givenUp(policy::until)).isZero();
    assertThat(givenUp(policy::untilRead)).isZero();
  }

  @Test
  void workThatBeginsWaitsHoweverLongTheConnectionWasCut() {
    var _ = givenUp(policy::until);

    assertThat(givenUp(policy::untilBegun)).isGreaterThanOrEqualTo(Waiting.USUAL);
  }

  @Test
  void theNextCutHasItsOwnTime() throws Exception {
    var _ = givenUp(policy::until);
    answers();
    assertThat(givenUp(policy::until)).as("after an answer").isGreaterThanOrEqualTo(LIMIT);

    now.addAndGet(LIMIT.plusSeconds(1).toNanos());
    assertThat(givenUp(policy::until)).as("when nobody asked").isGreaterThanOrEqualTo(LIMIT);
  }
}
