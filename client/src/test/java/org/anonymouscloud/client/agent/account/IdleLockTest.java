package org.anonymouscloud.client.agent.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("S4.11")
final class IdleLockTest {
  @Test
  void aDeviceThatNobodyUsesLocksAndOneInUseDoesNot() throws Exception {
    CountDownLatch locked = new CountDownLatch(1);
    try (IdleLock lock = new IdleLock(locked::countDown)) {
      assertThat(lock.isIdle()).as("without a limit").isFalse();
      lock.limit(Duration.ZERO);
      try (var _ = lock.use();
          var _ = lock.use()) {
        assertThat(lock.isIdle()).as("in use").isFalse();
      }
      lock.limit(Duration.ofHours(1));
      assertThat(lock.isIdle()).as("just used").isFalse();

      lock.limit(Duration.ZERO);

      assertThat(locked.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(lock.isIdle()).isTrue();
    }
  }
}
