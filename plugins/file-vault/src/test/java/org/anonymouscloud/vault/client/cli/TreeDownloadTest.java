package org.anonymouscloud.vault.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.ArchiveReader;
import org.anonymouscloud.vault.client.archive.ArchiveWriter;
import org.anonymouscloud.vault.client.local.OpenTarget;
import org.anonymouscloud.vault.client.local.TreeDownload;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command says of a tree that someone hostile has written. */
final class TreeDownloadTest {
  @TempDir private Path temporary;
  private Path target;

  @BeforeEach
  void make() throws IOException {
    target = Files.createDirectories(temporary.resolve("inner/target"));
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

    try (OpenTarget local = OpenTarget.of(target)) {
      new TreeDownload(
              "/",
              target,
              local.target(),
              TreeDownload.Outside.REFUSED,
              new TerminalReport(outcome, silence()))
          .write(new ArchiveReader(new ByteArrayInputStream(archive.toByteArray())));
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
  void aFolderWhoseTimeCannotBeSetIsNamedAndTheOthersGetTheirs() throws Exception {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    ArchiveWriter writer = new ArchiveWriter(archive);
    folder(writer, "a");
    folder(writer, "gone");
    folder(writer, "last");
    writer.finish();
    Outcome outcome = new Outcome(terminal());

    try (OpenTarget local = OpenTarget.of(target)) {
      new TreeDownload(
              "/",
              target,
              local.target(),
              TreeDownload.Outside.REFUSED,
              new TerminalReport(outcome, silence()))
          .write(
              new ArchiveReader(
                  new SequenceInputStream(
                      new ByteArrayInputStream(archive.toByteArray()),
                      new InputStream() {
                        @Override
                        public int read() throws IOException {
                          Files.deleteIfExists(target.resolve("gone"));
                          return -1;
                        }

                        @Override
                        public int read(byte[] bytes, int offset, int length) throws IOException {
                          return read();
                        }
                      })));
    }

    assertThat(outcome.failures())
        .singleElement()
        .asString()
        .startsWith("Cannot write " + target.resolve("gone") + ": ");
    assertThat(Files.getLastModifiedTime(target.resolve("a")).toInstant()).isEqualTo(Instant.EPOCH);
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
        new VaultFeature(),
        (AgentApi)
            Proxy.newProxyInstance(
                TreeDownloadTest.class.getClassLoader(),
                new Class<?>[] {AgentApi.class},
                (proxy, method, arguments) -> {
                  throw new AssertionError("Nobody is asked.");
                }));
  }

  private static Terminal.Progress silence() {
    return terminal().progress("", 0);
  }
}
