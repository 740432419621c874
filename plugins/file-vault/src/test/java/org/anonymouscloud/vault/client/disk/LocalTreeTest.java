package org.anonymouscloud.vault.client.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A tree in which somebody else changes things between a look and the next. */
@Tag("A34")
@Timeout(60)
final class LocalTreeTest {
  private static final long LONG = 16L << 20;

  @TempDir private Path temporary;
  private Path folder;
  private Path file;
  private Path outside;
  private LocalTree tree;

  @BeforeEach
  void make() throws IOException {
    Path top = Files.createDirectory(temporary.resolve("top"));
    outside = Files.createDirectory(temporary.resolve("outside"));
    Files.writeString(outside.resolve("file"), "secret");
    // A folder that somebody names may lie behind links.
    Path named = Files.createSymbolicLink(temporary.resolve("named"), top);
    folder = Files.createDirectory(named.resolve("folder"));
    file = Files.writeString(folder.resolve("file"), "own");
    tree = new LocalTree(LocalFile.named(named));
  }

  @AfterEach
  void close() throws IOException {
    tree.close();
  }

  @Test
  void whatWasLookedAtIsOpenedWhereverItsFolderIsByNow() throws Exception {
    LocalFile before = tree.look(file);
    swapFolder();

    assertThat(content(before)).isEqualTo("own");
    assertThat(content(before.again())).isEqualTo("own");
  }

  @Test
  void aLinkThatTookTheNameOfAFolderIsNotFollowed() throws Exception {
    LocalFile before = tree.look(file);
    // Which closes what lies below.
    assertThat(list(folder.getParent())).containsExactly("folder");
    swapFolder();

    assertThatThrownBy(() -> content(before)).isInstanceOf(IOException.class);
    assertThatThrownBy(before::again).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> tree.look(file)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> list(folder)).isInstanceOf(IOException.class);
  }

  @Test
  void aLinkThatTookTheNameOfAFileIsNotFollowed() throws Exception {
    LocalFile before = tree.look(file);
    Files.delete(file);
    Files.createSymbolicLink(file, outside.resolve("file"));

    assertThatThrownBy(() -> content(before)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> content(before.again())).hasMessage("it is no file any more");
  }

  @Test
  void anotherFileOfTheSameNameHasToBeLookedAtAnew() throws Exception {
    LocalFile before = tree.look(file);
    Files.move(
        Files.writeString(folder.resolve("new"), "other"), file, StandardCopyOption.ATOMIC_MOVE);

    assertThatThrownBy(() -> content(before))
        .isInstanceOfSatisfying(
            LocalContent.Unreadable.class, e -> assertThat(e.changed()).isTrue());
    assertThat(content(before.again())).isEqualTo("other");
  }

  @Test
  void aLinkThatChangedMeanwhileIsNotTakenForTheOneBefore() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("own"));
    Files.createSymbolicLink(outside.resolve("link"), Path.of("secret"));
    LocalFile before = tree.look(link);
    assertThat(before.target()).isEqualTo(Path.of("own"));
    swapFolder();

    assertThatThrownBy(before::target).hasMessage("it changes while it is read");
  }

  @Test
  void theHolesOfAnotherFileDoNotCount() throws Exception {
    sparse(file);
    Files.write(outside.resolve("file"), new byte[(int) LONG]);
    LocalFile before = tree.look(file);
    assertThat(before.isSparse()).isTrue();
    swapFolder();
    assertThat(before.isSparse()).isFalse();
    sparse(outside.resolve("file"));
    assertThat(before.isSparse()).isFalse();
  }

  @Test
  void aPipeThatTookTheNameOfAFileIsNotWaitedFor() throws Exception {
    sparse(file);
    LocalFile before = tree.look(file);
    Files.delete(file);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();

    assertThat(before.isSparse()).isFalse();
    assertThatThrownBy(() -> content(before.again())).hasMessage("it is no file any more");
  }

  private void swapFolder() throws IOException {
    Files.move(folder, temporary.resolve("moved"));
    Files.createSymbolicLink(folder, outside);
  }

  private static void sparse(Path file) throws IOException {
    try (RandomAccessFile holes = new RandomAccessFile(file.toFile(), "rw")) {
      holes.setLength(0);
      holes.setLength(LONG);
    }
  }

  private List<String> list(Path listed) throws IOException {
    List<String> names = new ArrayList<>();
    try (var stream = tree.list(listed)) {
      stream.forEach(path -> names.add(path.getFileName().toString()));
    }
    return names;
  }

  private static String content(LocalFile file) throws IOException {
    try (LocalContent content = LocalContent.open(file, new byte[LocalContent.SMALL], _ -> {})) {
      return new String(content.readAllBytes(), UTF_8);
    }
  }
}
