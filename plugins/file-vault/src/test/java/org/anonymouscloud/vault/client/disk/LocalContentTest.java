package org.anonymouscloud.vault.client.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that stay as they were looked at, and files that do not. */
final class LocalContentTest {
  private static final int SMALL = LocalContent.SMALL;

  @TempDir private Path folder;
  private final byte[] buffer = new byte[SMALL];
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096, SMALL - 1, SMALL, SMALL + 1, 3 * SMALL})
  void aFileIsReadToItsEnd(int size) throws Exception {
    assertThat(read(LocalFile.named(file(size)))).isEqualTo(size);

    assertThat(sent.toByteArray()).isEqualTo(bytes(size));
  }

  @Test
  void aSmallFileThatHasGrownSinceIsReadToItsEnd() throws Exception {
    LocalFile before = LocalFile.named(file(10));
    Files.write(before.path(), bytes(5), StandardOpenOption.APPEND);

    assertThat(read(before)).isEqualTo(15);
  }

  @Test
  void aSmallFileThatHasShrunkSinceIsReadToItsEnd() throws Exception {
    LocalFile before = LocalFile.named(file(10));
    Files.write(before.path(), bytes(3));

    assertThat(read(before)).isEqualTo(3);
    assertThat(sent.toByteArray()).isEqualTo(bytes(3));
  }

  /** The system has files that are said to be empty and are not. */
  @Test
  void whatIsSaidToBeEmptyIsReadToItsEnd() throws Exception {
    LocalFile before = LocalFile.named(file(0));
    Files.write(before.path(), bytes(7));

    assertThat(read(before)).isEqualTo(7);
  }

  @Test
  void aLargeFileIsKeptAsLongAsItWas() throws Exception {
    LocalFile before = LocalFile.named(file(2 * SMALL));
    Files.write(before.path(), bytes(5), StandardOpenOption.APPEND);

    assertThat(read(before)).isEqualTo(2 * SMALL);
    assertThat(sent.toByteArray()).isEqualTo(bytes(2 * SMALL));
  }

  @Test
  void aLargeFileThatHasShrunkIsNotTakenForAWholeOne() throws Exception {
    LocalFile before = LocalFile.named(file(3 * SMALL));
    Files.write(before.path(), bytes(2 * SMALL));

    assertThatThrownBy(() -> read(before))
        .isInstanceOfSatisfying(
            LocalContent.Unreadable.class, e -> assertThat(e.changed()).isTrue());
  }

  /** The size that was said before the first byte was sent; what was sent is in {@code sent}. */
  private long read(LocalFile file) throws IOException {
    try (LocalContent content = LocalContent.open(file, buffer, _ -> {})) {
      content.transferTo(sent);
      assertThat((long) sent.size()).isEqualTo(content.size());
      return content.size();
    }
  }

  private Path file(int size) throws IOException {
    return Files.write(folder.resolve("file"), bytes(size));
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }
}
