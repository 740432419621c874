package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.vault.client.content.ReadAhead;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManyReadersTest {
  private static final int READERS = 8;
  private static final int SIZE = 9 << 20;

  /**
   * What all of them may be ahead by, and of each a segment, its end and a page; else 9 of each.
   */
  private static final int MOST_BLOCKS = 24 + 3 * READERS;

  @TempDir private Path folder;

  @Test
  void allTogetherAreNoFurtherAheadThanThereIsMemoryFor() throws Exception {
    try (TestServer server = TestServer.start(folder);
        Drive drive = Drive.home(server.account(), Clock.systemUTC())) {
      for (int i = 0; i < READERS; i++) {
        try (Batch batch = drive.batch()) {
          put(batch, "/" + i, noise(SIZE, i));
          batch.commit();
        }
      }
      AtomicInteger asked = new AtomicInteger();
      server
          .line()
          .showPacks(
              (get, honest) -> {
                asked.incrementAndGet();
                return honest;
              });
      List<ReadAhead> readers = new ArrayList<>();
      try (Drive another = Drive.home(server.account(), Clock.systemUTC())) {
        Snapshot snapshot = another.snapshot();
        for (int i = 0; i < READERS; i++) {
          ReadAhead reader = snapshot.tree(VaultPath.of("/" + i), (_, _) -> {});
          readers.add(reader);
          assertThat(reader.next().step()).isInstanceOf(Step.Begin.class);
        }
        awaitQuiet(asked);
        assertThat(asked.get()).isBetween(24, MOST_BLOCKS);

        for (int i = 0; i < READERS; i++) {
          assertThat(rest(readers.get(i))).as("file %s", i).isEqualTo(noise(SIZE, i));
        }
      } finally {
        readers.forEach(ReadAhead::close);
      }
    }
  }

  private static void awaitQuiet(AtomicInteger asked) throws InterruptedException {
    int before;
    do {
      before = asked.get();
      Thread.sleep(300);
    } while (asked.get() > before);
  }

  private static byte[] rest(ReadAhead reader) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    ReadAhead.Arrived next = reader.next();
    while (next.step() instanceof Step.Segment segment) {
      content.write(next.plain(), segment.from(), segment.to() - segment.from());
      next = reader.next();
    }
    return content.toByteArray();
  }
}
