package org.anonymouscloud.vault.client.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.plugin.Problem;
import org.junit.jupiter.api.Test;

final class TransfersTest {
  @Test
  void noMoreGoOnThanThereIsMemoryFor() throws Exception {
    Transfers transfers = new Transfers(Duration.ZERO);
    CountDownLatch begun = new CountDownLatch(Transfers.MOST);
    CountDownLatch end = new CountDownLatch(1);
    List<Thread> slow = new ArrayList<>();
    for (int i = 0; i < Transfers.MOST; i++) {
      slow.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      transfers.run(
                          () -> {
                            begun.countDown();
                            try {
                              end.await();
                            } catch (InterruptedException e) {
                              throw new IOException(e);
                            }
                          });
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  }));
    }
    begun.await();

    AtomicInteger more = new AtomicInteger();
    assertThatThrownBy(() -> transfers.run(more::incrementAndGet))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("Try again when one has ended");

    end.countDown();
    for (Thread thread : slow) {
      thread.join();
    }
    assertThatThrownBy(
            () ->
                transfers.run(
                    () -> {
                      throw new IOException("cut");
                    }))
        .hasMessage("cut");
    for (int i = 0; i < Transfers.MOST; i++) {
      transfers.run(more::incrementAndGet);
    }
    assertThat(more).hasValue(Transfers.MOST);
  }
}
