package org.anonymouscloud.vault.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.disk.LeftOut;
import org.anonymouscloud.vault.client.disk.LocalFile;
import org.anonymouscloud.vault.client.disk.LocalTree;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.local.NotKept;
import org.anonymouscloud.vault.client.local.TreeUpload;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees from a disk with a bad sector: a file in a damaged archive, read as a file system. */
@Tag("S4.D")
final class TreeUploadTest {
  private static final int BIG = 1_000_000;
  private static final String BAD = "m-bad";

  @TempDir private Path temporary;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(temporary.resolve("server"));
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
  }

  @AfterEach
  void stop() {
    agent.close();
    server.close();
  }

  @Test
  void aFileThatCannotBeReadToItsEndKeepsItsOldVersionAndTheRestArrives() throws Exception {
    Path earlier = Files.createDirectories(temporary.resolve("earlier"));
    Files.writeString(earlier.resolve(BAD), "the good version", UTF_8);
    assertThat(terminal.run("put", "-r", earlier.toString(), "/t")).isZero();

    try (FileSystem disk = diskWithABadSector()) {
      Outcome outcome = new Outcome(terminal);
      TreeUpload upload =
          new TreeUpload(
              new LocalTree(LocalFile.named(disk.getPath("/t"))),
              new LeftOut(disk.getPath("/t"), temporary, List.of()),
              VaultPath.of("/t"),
              new NotKept(),
              new TerminalReport(outcome, terminal.progress("", 0)));
      JsonNode answer = send(upload);

      assertThat(outcome.exitCode()).isEqualTo(1);
      assertThat(outcome.failures())
          .singleElement()
          .asString()
          .startsWith("Cannot read /t/" + BAD + ": ");
      assertThat(answer.path("files").asInt()).isEqualTo(2);
      assertThat(answer.path("bytes").asInt()).isEqualTo(2);
    }

    assertThat(terminal.run("cat", "/t/" + BAD)).isZero();
    assertThat(terminal.out()).isEqualTo("the good version");
    assertThat(terminal.run("cat", "/t/a", "/t/z")).isZero();
    assertThat(terminal.out()).isEqualTo("az");
  }

  private JsonNode send(TreeUpload upload) throws Exception {
    return agent.upload(
        "/vault/trees/t",
        out -> {
          ArchiveSink archive = new ArchiveSink(out);
          upload.send(archive);
          archive.finish();
        });
  }

  @Test
  void whatFitsAPatternIsLeftOut() throws Exception {
    Path source = Files.createDirectories(temporary.resolve("source"));
    for (String name :
        List.of("a.o", "a.c", "build/b.o", "build/b.log", "build/deep/c.log", "old/build/d.log")) {
      Files.createDirectories(source.resolve(name).getParent());
      Files.writeString(source.resolve(name), name);
    }
    assertThat(
            terminal.run(
                "put",
                "-r",
                "--exclude",
                "*.o",
                "--exclude",
                "./build/*.log",
                "--exclude",
                "**/deep/",
                source.toString(),
                "/t"))
        .isZero();
    assertThat(terminal.warnings()).isEmpty();
    assertThat(terminal.run("ls", "-R", "/t")).isZero();
    assertThat(terminal.out()).isEqualTo("a.c\nbuild/\nold/\nold/build/\nold/build/d.log\n");

    assertThat(terminal.run("put", "-r", "--exclude", "[a", source.toString(), "/t")).isEqualTo(2);
    assertThat(terminal.warnings())
        .containsExactly("--exclude is '[a', which is no pattern: A bracket is not closed.");
    assertThat(terminal.run("put", "-r", "--exclude", "/", source.toString(), "/t")).isEqualTo(2);
  }

  /** As 'mv' and 'cp' take it. */
  @Test
  void aFolderGoesIntoATargetWithASlash() throws Exception {
    Path source = Files.createDirectories(temporary.resolve("Pictures"));
    Files.writeString(source.resolve("one"), "1");

    assertThat(terminal.run("put", "-r", source.toString(), "/")).isZero();
    assertThat(terminal.run("mkdir", "/t")).isZero();
    assertThat(terminal.run("put", "-r", source.toString(), "/t/")).isZero();
    assertThat(terminal.run("put", "-r", source.toString(), "/t")).isZero();
    assertThat(terminal.run("put", "-r", source.toString(), "/none/")).isEqualTo(1);
    assertThat(terminal.run("ls", "-R", "/")).isZero();
    assertThat(terminal.out())
        .isEqualTo("Pictures/\nPictures/one\nt/\nt/Pictures/\nt/Pictures/one\nt/one\n");
    assertThat(terminal.run("put", "-r", "/", "/t/")).isEqualTo(2);
    assertThat(terminal.warnings()).singleElement().asString().contains("without a slash");
  }

  @Test
  void allOfADriveIsAFolderThatIsThere() throws Exception {
    Path pictures = Files.createDirectory(temporary.resolve("Pictures"));
    Files.writeString(pictures.resolve("one"), "1");
    assertThat(terminal.run("drive", "create", "team")).isZero();
    assertThat(terminal.run("put", "-r", pictures.toString(), "team:")).isZero();
    assertThat(terminal.run("put", "-r", pictures.toString(), "team:/")).isZero();

    assertThat(terminal.run("ls", "-R", "team:")).isZero();
    assertThat(terminal.out()).isEqualTo("Pictures/\nPictures/one\n");
  }

  @Test
  void theFolderWithTheKeysIsNotCopied() throws Exception {
    Path home = Files.createDirectories(temporary.resolve("home"));
    Path keys = Files.createDirectories(home.resolve(".local/state/anoncloud"));
    Files.writeString(keys.resolve("device.key"), "secret");
    Files.writeString(home.resolve(".local/state/other"), "kept");
    Path link = Files.createSymbolicLink(temporary.resolve("link"), home);
    terminal = new TestTerminal(new VaultFeature(), agent, keys);

    for (String named : List.of(home.toString(), link + "/", home + "/.local/..")) {
      assertThat(terminal.run("put", "-r", named, "/t")).as("%s", named).isZero();
      assertThat(terminal.warnings())
          .singleElement()
          .asString()
          .startsWith("Left out, as it is the folder of this program, with your keys: ");
      assertThat(terminal.run("ls", "-R", "/t")).isZero();
      assertThat(terminal.out()).isEqualTo(".local/\n.local/state/\n.local/state/other\n");
    }
    assertThat(terminal.run("put", "-r", "--json", home.toString(), "/t")).isZero();
    assertThat(terminal.json().path("leftOut"))
        .extracting(JsonNode::asText)
        .containsExactly(keys.toString());
    assertThat(terminal.run("put", keys.resolve("device.key").toString(), "/keys")).isEqualTo(2);
    assertThat(terminal.warnings()).singleElement().asString().contains("emergency sheet");
    assertThat(terminal.run("put", "-r", keys.toString(), "/keys")).isEqualTo(2);
    assertThat(terminal.warnings()).singleElement().asString().contains("emergency sheet");
  }

  @Test
  void aFileThatWasNeverThereDoesNotAppearInHalf() throws Exception {
    try (FileSystem disk = diskWithABadSector()) {
      TreeUpload upload =
          new TreeUpload(
              new LocalTree(LocalFile.named(disk.getPath("/t"))),
              new LeftOut(disk.getPath("/t"), temporary, List.of()),
              VaultPath.of("/t"),
              new NotKept(),
              new TerminalReport(new Outcome(terminal), terminal.progress("", 0)));
      var _ = send(upload);
    }

    assertThat(terminal.run("ls", "/t")).isZero();
    assertThat(terminal.out()).isEqualTo("a\nz\n");
  }

  @Test
  void aFolderThatCannotBeReadIsNamedAndDoesNotLookEmpty() throws Exception {
    Path shut = Files.createDirectory(temporary.resolve("shut"));
    LocalFile read = LocalFile.named(shut);
    Outcome outcome = new Outcome(terminal);
    // Root reads everything; what is gone by then nobody does.
    Files.delete(shut);
    var _ =
        send(
            new TreeUpload(
                new LocalTree(read),
                new LeftOut(shut, temporary, List.of()),
                VaultPath.of("/t"),
                new NotKept(),
                new TerminalReport(outcome, terminal.progress("", 0))));

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.failures())
        .singleElement()
        .asString()
        .startsWith("Cannot read " + shut + ": ");
    assertThat(terminal.run("ls", "/")).isZero();
    assertThat(terminal.out()).isEmpty();
  }

  /** A folder of three files; the second breaks off after more than half of it. */
  private FileSystem diskWithABadSector() throws IOException {
    Path zip = temporary.resolve("disk.zip");
    URI disk = URI.create("jar:" + zip.toUri());
    byte[] noise = new byte[BIG];
    new Random(1).nextBytes(noise);
    try (FileSystem writing = FileSystems.newFileSystem(disk, Map.of("create", "true"))) {
      Path folder = Files.createDirectory(writing.getPath("/t"));
      Files.writeString(folder.resolve("a"), "a");
      Files.write(folder.resolve(BAD), noise);
      Files.writeString(folder.resolve("z"), "z");
    }
    byte[] image = Files.readAllBytes(zip);
    // In the middle of what is compressed, and long enough that no stream can go on after it.
    for (int i = 0; i < BIG / 8; i++) {
      image[BIG * 6 / 10 + i] = (byte) 0xff;
    }
    Files.write(zip, image);
    return FileSystems.newFileSystem(disk, Map.of("enablePosixFileAttributes", "true"));
  }
}
