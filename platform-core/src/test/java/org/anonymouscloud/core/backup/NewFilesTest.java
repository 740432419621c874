package org.anonymouscloud.core.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.anonymouscloud.core.blob.BlobStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of two files has failed is known, so that one that cannot be read costs itself alone. */
final class NewFilesTest {
  /** Opens like any file, and each read from its beginning is an error. */
  private static final Path FAILING = Path.of("/proc/self/mem");

  @TempDir private Path folder;

  @Test
  void whatCannotBeReadIsToldFromWhatCannotBeWrittenAndLeavesNothing() throws Exception {
    assumeTrue(Files.isReadable(FAILING));
    NewFiles files = new NewFiles(folder, Reserve.NONE);

    assertThatThrownBy(() -> files.copy(FAILING, "some/copy"))
        .isInstanceOf(NewFiles.Unreadable.class)
        .hasMessageContaining(FAILING + " cannot be read");
    assertThat(folder.resolve("some/copy")).doesNotExist();

    Path good = Files.writeString(folder.resolve("good"), "good");
    Files.createDirectory(folder.resolve("in the way"));
    assertThatThrownBy(() -> files.copy(good, "in the way"))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(NewFiles.Unreadable.class);
    assertThat(files.copy(good, "some/copy").length()).isEqualTo(4);
  }

  @Test
  void aFullDiskIsNamedByTheFolder() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full));
    Path good = Files.writeString(folder.resolve("good"), "good");
    NewFiles files = new NewFiles(full.getParent(), Reserve.NONE);

    assertThatThrownBy(() -> files.copy(good, "full"))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(NewFiles.Unreadable.class)
        .hasMessageContaining("disk of /dev is full");
  }

  @Test
  void whatTheServerNeedsOfItsDiskIsNotTaken() throws Exception {
    Path good = Files.writeString(folder.resolve("good"), "good");
    AtomicLong left = new AtomicLong(BlobStore.SPARE_SPACE + 4);
    NewFiles files = new NewFiles(folder, new Reserve(folder, left::get));
    assertThat(files.copy(good, "copy").length()).isEqualTo(4);

    left.set(BlobStore.SPARE_SPACE + 3);
    assertThatThrownBy(() -> files.copy(good, "too much"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("can have 3 bytes")
        .hasMessageContaining("the last 32.0 MiB");
    assertThat(folder.resolve("too much")).isEmptyFile();
  }
}
