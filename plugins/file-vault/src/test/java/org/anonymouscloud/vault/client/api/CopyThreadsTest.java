package org.anonymouscloud.vault.client.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.anonymouscloud.core.plugin.Problem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A disk that does not answer, here a latch that nobody counts down. */
@Tag("S4.D")
final class CopyThreadsTest {
  private static final int MOST = 16;

  private final CopyThreads threads = new CopyThreads();
  private final CountDownLatch disk = new CountDownLatch(1);

  /** Waits as the disk does: interrupting it is no use. */
  private void waitForTheDisk() {
    boolean answered = false;
    while (!answered) {
      try {
        disk.await();
        answered = true;
      } catch (InterruptedException e) {
        // The disk does not care.
      }
    }
  }

  @Test
  void aCallerWhoGoesIsNotWaitedForThoughTheDiskIs() {
    assertThatThrownBy(() -> threads.run(() -> true, this::waitForTheDisk))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has gone");
    disk.countDown();
  }

  @Test
  void noMoreThanSoManyWaitAndEachThatEndsMakesRoom() throws Exception {
    CountDownLatch begun = new CountDownLatch(MOST);
    for (int i = 0; i < MOST; i++) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  threads.run(
                      () -> false,
                      () -> {
                        begun.countDown();
                        waitForTheDisk();
                      });
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
    }
    begun.await();

    assertThatThrownBy(() -> threads.run(() -> false, () -> {}))
        .isInstanceOfSatisfying(
            Problem.class, e -> assertThat(e.kind()).isEqualTo(Problem.Kind.UNAVAILABLE))
        .hasMessageContaining("anoncloud agent stop");

    disk.countDown();

    boolean again = false;
    while (!again) {
      try {
        threads.run(() -> false, () -> {});
        again = true;
      } catch (Problem e) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void whatFailsFailsForTheCaller() {
    Problem problem = new Problem(Problem.Kind.CONFLICT, "so it is");

    assertThatThrownBy(
            () ->
                threads.run(
                    () -> false,
                    () -> {
                      throw problem;
                    }))
        .isSameAs(problem);
  }
}
