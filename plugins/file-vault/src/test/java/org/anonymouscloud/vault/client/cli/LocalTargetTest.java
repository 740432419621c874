package org.anonymouscloud.vault.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.ArchiveWriter;
import org.anonymouscloud.vault.client.fixture.TestTerminal;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that someone hostile has put into the tree. */
final class LocalTargetTest {
  @TempDir private Path temporary;
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
  void whatIsRefusedIsSaidAndAllBelowItIsLeftOut() throws Exception {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    ArchiveWriter writer = new ArchiveWriter(archive);
    folder(writer, "bad\u202ename");
    file(writer, "bad\u202ename", "inside");
    folder(writer, "good");
    file(writer, "good", "file");
    file(writer, "esc\u001b[2J");
    writer.finish();
    TestTerminal terminal = terminal();
    Outcome outcome = new Outcome(terminal);

    try (LocalTarget local = LocalTarget.of(target)) {
      new TreeDownload(VaultPath.TOP, target, local, outcome, silence())
          .read(new ByteArrayInputStream(archive.toByteArray()));
    }

    assertThat(outcome.exitCode()).isEqualTo(4);
    assertThat(terminal.warnings())
        .hasSize(2)
        .allSatisfy(
            line -> assertThat(line.chars().noneMatch(c -> c < ' ' || c == 0x202e)).isTrue());
    try (Stream<Path> paths = Files.walk(temporary)) {
      assertThat(paths.filter(Files::isRegularFile)).containsExactly(target.resolve("good/file"));
    }
  }

  @Test
  @Tag("A34")
  void aFolderThatIsSwappedForALinkMeanwhileIsNotFollowed() throws Exception {
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    try (LocalTarget local = LocalTarget.of(target)) {
      local.makeFolder(List.of("folder"));
      local.makeFolder(List.of("other"));
      Files.delete(target.resolve("folder"));
      Files.createSymbolicLink(target.resolve("folder"), outside);

      assertThatThrownBy(
              () ->
                  local.write(
                      ArchiveEntry.file(List.of("folder", "file"), 1, Instant.EPOCH, false),
                      new ByteArrayInputStream(new byte[1]),
                      silence()))
          .isInstanceOf(IOException.class);
    }
    try (Stream<Path> paths = Files.list(outside)) {
      assertThat(paths).isEmpty();
    }
  }

  @Test
  @Tag("A21")
  void aFileThatBreaksOffLeavesNothing() throws Exception {
    try (LocalTarget local = LocalTarget.of(target)) {
      assertThatThrownBy(
              () ->
                  local.write(
                      ArchiveEntry.file(List.of("file"), 10, Instant.EPOCH, false),
                      new ByteArrayInputStream(new byte[9]),
                      silence()))
          .hasMessageContaining("ended early");
    }
    try (Stream<Path> paths = Files.list(target)) {
      assertThat(paths).isEmpty();
    }
  }

  private static void folder(ArchiveWriter writer, String... names) throws IOException {
    writer.begin(ArchiveEntry.folder(List.of(names), Instant.EPOCH));
    writer.end();
  }

  private static void file(ArchiveWriter writer, String... names) throws IOException {
    byte[] content = names[names.length - 1].getBytes(UTF_8);
    writer.begin(ArchiveEntry.file(List.of(names), content.length, Instant.EPOCH, false));
    writer.write(content, 0, content.length);
    writer.end();
  }

  private static TestTerminal terminal() {
    return new TestTerminal(
        (AgentApi)
            Proxy.newProxyInstance(
                LocalTargetTest.class.getClassLoader(),
                new Class<?>[] {AgentApi.class},
                (proxy, method, arguments) -> {
                  throw new AssertionError("Nobody is asked.");
                }));
  }

  private static Terminal.Progress silence() {
    return terminal().progress("", 0);
  }
}
