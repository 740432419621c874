package org.anonymouscloud.vault.client.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that someone hostile has put into the tree. */
final class LocalTargetTest {
  @TempDir private Path temporary;
  private final List<Path> left = new ArrayList<>();
  private Path target;

  @BeforeEach
  void make() throws IOException {
    target = Files.createDirectories(temporary.resolve("inner/target"));
  }

  @Test
  @Tag("A34")
  void aNameThatIsNotPlainlyOneNameIsRefused() {
    List<String> hostile = new ArrayList<>();
    for (String part :
        List.of("..", ".", "", "/", "a/b", "../../etc/passwd", "/etc/passwd", "a\0b")) {
      hostile.add(part);
    }
    for (int c : new int[] {1, 7, 9, 10, 13, 27, 31, 127, 128, 0x9b, 0x61c, 0x200e, 0x200f}) {
      hostile.add("a" + (char) c + "b");
    }
    for (int c = 0x2028; c <= 0x202e; c++) {
      hostile.add("a" + (char) c + "b");
    }
    for (int c = 0x2066; c <= 0x2069; c++) {
      hostile.add((char) c + "b");
    }
    hostile.add("x".repeat(256));
    hostile.add("ä".repeat(128));
    hostile.add("lonely \ud800 surrogate");

    for (String name : hostile) {
      assertThatThrownBy(() -> LocalName.checked(name))
          .as("name of %s characters", name.length())
          .isInstanceOf(LocalName.NameRefused.class);
    }
  }

  @Test
  @Tag("A34")
  void namesThatOnlyLookOddAreWritten() throws Exception {
    for (String name :
        List.of("...", "-rf", "~", "CON", "a\\b", "*", "$(reboot)", "x".repeat(255), "日本", "...")) {
      assertThat(LocalName.checked(name)).hasToString(name);
    }
  }

  @Test
  @Tag("A34")
  void aFolderThatIsSwappedForALinkMeanwhileIsNotFollowed() throws Exception {
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    try (LocalTarget local = LocalTarget.of(target, left::add)) {
      local.makeFolder(List.of("folder"));
      local.makeFolder(List.of("other"));
      Files.delete(target.resolve("folder"));
      Files.createSymbolicLink(target.resolve("folder"), outside);

      assertThatThrownBy(
              () ->
                  local.write(
                      new IncomingFile(List.of("folder", "file"), 1, Instant.EPOCH, false),
                      new ByteArrayInputStream(new byte[1]),
                      _ -> {}))
          .isInstanceOf(IOException.class);
    }
    try (Stream<Path> paths = Files.list(outside)) {
      assertThat(paths).isEmpty();
    }
  }

  @Test
  @Tag("A21")
  void aFileThatBreaksOffLeavesNothing() throws Exception {
    try (LocalTarget local = LocalTarget.of(target, left::add)) {
      assertThatThrownBy(
              () ->
                  local.write(
                      new IncomingFile(List.of("file"), 10, Instant.EPOCH, false),
                      new ByteArrayInputStream(new byte[9]),
                      _ -> {}))
          .hasMessageContaining("ended early");
    }
    try (Stream<Path> paths = Files.list(target)) {
      assertThat(paths).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"newByteChannel", "write", "close", "move"})
  void aDiskThatFailsKeepsTheFileThatWasThereAndGetsNoHalfOne(String step) throws Exception {
    Path file = Files.writeString(target.resolve("file"), "as it was");
    LocalTarget local =
        new LocalTarget(target, new OpenFolders(FailingFolder.of(target, step)), left::add);

    assertThatThrownBy(
            () -> {
              local.write(
                  new IncomingFile(List.of("file"), 10, Instant.EPOCH, false),
                  new ByteArrayInputStream(new byte[10]),
                  _ -> {});
              local.keep();
            })
        .isInstanceOfSatisfying(
            IOException.class,
            e -> assertThat(LocalFailure.reason(e)).isEqualTo(FailingFolder.REASON));

    assertThat(file).hasContent("as it was");
    try (Stream<Path> paths = Files.list(target)) {
      assertThat(paths).containsExactly(file);
    }
    assertThat(left).isEmpty();
    try (LocalTarget healed = LocalTarget.of(target, left::add)) {
      healed.write(
          new IncomingFile(List.of("file"), 10, Instant.EPOCH, false),
          new ByteArrayInputStream(new byte[10]),
          _ -> {});
      healed.keep();
    }
    assertThat(file).hasBinaryContent(new byte[10]);
  }

  @Test
  @Tag("A21")
  void whatIsAbandonedBeforeItHasItsNameLeavesNothing() throws Exception {
    try (LocalTarget local = LocalTarget.of(target, left::add)) {
      write(local);

      local.abandon();

      try (Stream<Path> paths = Files.list(target)) {
        assertThat(paths).isEmpty();
      }
    }
    assertThat(left).isEmpty();
  }

  @Test
  void aPartThatCannotBeRemovedIsNamed() throws Exception {
    try (LocalTarget local = LocalTarget.of(target, left::add)) {
      write(local);
      Path part;
      try (Stream<Path> paths = Files.list(target)) {
        part = paths.findFirst().orElseThrow();
      }
      Files.delete(part);
      Files.createDirectories(part.resolve("in the way"));

      local.abandon();

      assertThat(left).containsExactly(part);
    }
  }

  @Test
  @Tag("A34")
  void aLinkMayLeadOnlyToWhatIsSurelyWithin() throws Exception {
    try (LocalTarget local = LocalTarget.of(target, left::add)) {
      local.makeFolder(List.of("a"));
      local.makeFolder(List.of("a", "b"));
      for (String within : List.of("x", "./x", "..", "../..", "../../a//b", "...", "..x")) {
        local.link(List.of("a", "b", "l" + within.hashCode()), within, Instant.EPOCH, false);
      }
      // The last leads out if another link leads up.
      for (String out : List.of("/", "/x", "../../..", "../../../x", "x/..", "x/../../../../y")) {
        assertThatThrownBy(() -> local.link(List.of("a", "b", "out"), out, Instant.EPOCH, false))
            .as(out)
            .isInstanceOf(LocalTarget.LinkRefused.class);
      }
      assertThat(Files.isSymbolicLink(target.resolve("a/b/out"))).isFalse();
    }
  }

  @Test
  @Tag("A34")
  void nothingIsWrittenThroughALinkThatCameBefore() throws Exception {
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    try (LocalTarget local = LocalTarget.of(target, left::add)) {
      local.link(List.of("folder"), outside.toString(), Instant.EPOCH, true);
      for (List<String> names : List.of(List.of("folder", "file"), List.of("folder"))) {
        assertThatThrownBy(
                () ->
                    local.write(
                        new IncomingFile(names, 1, Instant.EPOCH, false),
                        new ByteArrayInputStream(new byte[1]),
                        _ -> {}))
            .isInstanceOf(IOException.class);
      }
      assertThatThrownBy(() -> local.link(List.of("folder", "l"), "x", Instant.EPOCH, false))
          .isInstanceOf(IOException.class);
    }
    try (Stream<Path> paths = Files.list(outside)) {
      assertThat(paths).isEmpty();
    }
  }

  @Test
  void zerosTakeNoRoomOnTheDisk() throws Exception {
    byte[] content = new byte[40 << 20];
    content[0] = 1;
    content[20 << 20] = 2;
    try (LocalTarget local = LocalTarget.of(target, left::add)) {
      local.write(
          new IncomingFile(List.of("file"), content.length, Instant.EPOCH, false),
          new ByteArrayInputStream(content),
          _ -> {});
      local.keep();
    }

    Path file = target.resolve("file");
    assertThat(Files.mismatch(file, Files.write(temporary.resolve("whole"), content)))
        .isEqualTo(-1);
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    long blocks = Long.parseLong(new String(stat.getInputStream().readAllBytes(), UTF_8).strip());
    assertThat(blocks * 512).isLessThan(2 << 20);
  }

  @Test
  void aFileHasTheTimeThatItIsGivenAndWasReadJustNow() throws Exception {
    Instant modified = Instant.parse("2001-02-03T04:05:06.789Z");
    Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    try (LocalTarget local = LocalTarget.of(target, left::add)) {
      local.write(
          new IncomingFile(List.of("file"), 1, modified, false),
          new ByteArrayInputStream(new byte[1]),
          _ -> {});
      local.keep();
    }

    BasicFileAttributes attributes =
        Files.readAttributes(target.resolve("file"), BasicFileAttributes.class);
    assertThat(attributes.lastModifiedTime().toInstant()).isEqualTo(modified);
    assertThat(attributes.lastAccessTime().toInstant()).isAfterOrEqualTo(before);
  }

  @Test
  void whatAKilledDownloadHasLeftIsRemovedAndNothingElse() throws Exception {
    String random = ".anoncloud-0123456789abcdef-";
    Path below = Files.createDirectory(target.resolve("below"));
    List<Path> parts =
        List.of(
            target.resolve(random + "0.part"),
            target.resolve(random + "fedcba9876543210-17.part"),
            below.resolve(random + "0.part"));
    Path folder = Files.createDirectory(target.resolve(random + "1.part"));
    Path link = Files.createSymbolicLink(target.resolve(random + "2.part"), parts.getFirst());
    List<Path> others =
        List.of(
            folder,
            link,
            target.resolve(random + ".part"),
            target.resolve(random + "0.parts"),
            target.resolve("my" + random + "0.part"),
            target.resolve(".anoncloud-0123-0.part"));
    for (Path path : Stream.concat(parts.stream(), others.stream().skip(2)).toList()) {
      Files.writeString(path, "something");
    }

    try (LocalTarget local = LocalTarget.of(target, left::add)) {
      write(local);
      local.keep();
      assertThat(parts.getLast()).as("nothing was written there yet").exists();
      local.write(
          new IncomingFile(List.of("below", "file"), 1, Instant.EPOCH, false),
          new ByteArrayInputStream(new byte[1]),
          _ -> {});
      local.keep();
    }

    assertThat(parts).allMatch(Files::notExists);
    assertThat(others).allMatch(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  @Tag("A34")
  void whereOthersMayWriteNoPartIsOpened() throws Exception {
    Path part = Files.createFile(target.resolve(".anoncloud-0123456789abcdef-0.part"));
    Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-rw-rw-"));
    downloadOne();
    assertThat(part).as("others may write it").exists();

    Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-------"));
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxrwxrwx"));
    downloadOne();
    assertThat(part).as("others may write beside it").exists();

    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
    downloadOne();
    assertThat(part).doesNotExist();
  }

  private void downloadOne() throws IOException {
    try (LocalTarget local = LocalTarget.of(target, left::add)) {
      write(local);
      local.keep();
    }
  }

  @Test
  void whatIsStillBeingWrittenStays() throws Exception {
    Path held = target.resolve(".anoncloud-0123456789abcdef-0.part");
    try (FileChannel channel =
            FileChannel.open(held, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        LocalTarget first = LocalTarget.of(target, left::add);
        LocalTarget second = LocalTarget.of(target, left::add)) {
      Parts.hold(channel);
      write(first);
      write(second);
      second.keep();
      first.keep();
      assertThat(held).exists();
    }
    assertThat(target.resolve("file")).exists();
    try (LocalTarget next = LocalTarget.of(target, left::add)) {
      write(next);
      next.keep();
    }
    assertThat(held).as("its writer has ended").doesNotExist();
  }

  private static void write(LocalTarget local) throws IOException {
    local.write(
        new IncomingFile(List.of("file"), 1, Instant.EPOCH, false),
        new ByteArrayInputStream(new byte[1]),
        _ -> {});
  }
}
