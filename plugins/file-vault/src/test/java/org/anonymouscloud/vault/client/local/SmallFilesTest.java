package org.anonymouscloud.vault.client.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.vault.client.disk.IncomingFile;
import org.anonymouscloud.vault.client.disk.LocalTarget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Small files that other threads write. */
@Timeout(60)
final class SmallFilesTest {
  /** More than may wait. */
  private static final int MANY = 200;

  @TempDir private Path folder;

  @Test
  void afterWhatNoProgramExpectsTheOtherFilesAreWritten() throws Exception {
    List<Path> left = new ArrayList<>();
    int failed = 0;
    try (LocalTarget target = LocalTarget.of(folder, left::add)) {
      SmallFiles files = new SmallFiles(target);
      try (files) {
        files.write(file(new Fatal(Thread.currentThread())), new byte[1]);
        for (int i = 0; i < MANY; i++) {
          files.write(file(List.of("file" + i)), "x".getBytes(UTF_8));
        }
      }
      for (var done = files.poll(); done != null; done = files.poll()) {
        failed += done.failure() == null ? 0 : 1;
      }
    }

    assertThat(failed).isOne();
    assertThat(folder.toFile().list()).hasSize(MANY);
    assertThat(left).isEmpty();
  }

  private static IncomingFile file(List<String> names) {
    return new IncomingFile(names, 1, Instant.EPOCH, false);
  }

  /** Names with which only one thread can do something. */
  private static final class Fatal extends AbstractList<String> {
    private final Thread only;

    Fatal(Thread only) {
      this.only = only;
    }

    @Override
    public String get(int index) {
      return "fatal";
    }

    @Override
    public int size() {
      if (Thread.currentThread() != only) {
        throw new OutOfMemoryError("Not really.");
      }
      return 1;
    }
  }
}
