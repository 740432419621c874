package org.anonymouscloud.vault.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and trees between a local disk and the vault, through commands, routes and the server. */
final class CopyTest {
  @TempDir private Path temporary;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;
  private Path source;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(temporary.resolve("server"));
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
    source = Files.createDirectory(temporary.resolve("source"));
  }

  @AfterEach
  void stop() {
    agent.close();
    server.close();
  }

  @Test
  void whichFoldersWereMadeIsToldToScripts() throws Exception {
    assertThat(terminal.run("mkdir", "--json", "/made", "/no/way")).isEqualTo(1);
    assertThat(terminal.json().path("folders"))
        .extracting(JsonNode::asText)
        .containsExactly("/made");
    assertThat(terminal.json().path("failed")).hasSize(1);
  }

  @Test
  void onlyFoldersThatWereMadeAreListedAsMade() throws Exception {
    assertThat(terminal.run("mkdir", "/there")).isZero();
    assertThat(terminal.run("mkdir", "-p", "--json", "/", "/there", "/new/deep")).isZero();
    assertThat(terminal.json().path("folders"))
        .extracting(JsonNode::asText)
        .containsExactly("/new/deep");
    assertThat(terminal.run("ls", "--json", "/none")).isEqualTo(1);
    assertThat(terminal.json().has("listed")).isFalse();
    assertThat(terminal.json().path("failed")).hasSize(1);
    assertThat(terminal.run("df", "--json")).isZero();
    assertThat(terminal.json().path("quota").isNull()).isTrue();
    assertThat(terminal.json().path("drives").path(0).path("limit").isNull()).isTrue();
  }

  @Test
  void theTopFolderIsShownAndStays() throws Exception {
    assertThat(terminal.run("mkdir", "-p", "/", "//")).isZero();
    for (String command : List.of("mkdir /", "rm -r /", "mv / /x", "cp -r / /x", "versions /")) {
      assertThat(terminal.run(command.split(" "))).as(command).isEqualTo(1);
    }
    assertThat(terminal.run("mkdir", "/")).isNotZero();
    assertThat(terminal.warnings()).containsExactly("The drive's top folder is always there.");
    assertThat(terminal.run("rm", "-r", "/")).isNotZero();
    assertThat(terminal.warnings())
        .containsExactly("The drive's top folder stays; remove what is in it, by name.");
    assertThat(terminal.run("tree")).isZero();
    assertThat(terminal.out()).endsWith("/\n0 folders, 0 files\n");
  }

  @Test
  void theTreeOfAFileIsTheFile() throws Exception {
    Files.writeString(source.resolve("f"), "two words");
    assertThat(terminal.run("put", source.resolve("f").toString(), "/f")).isZero();

    assertThat(terminal.run("tree", "/f")).isZero();

    assertThat(terminal.out()).endsWith("/f\n0 folders, 1 file\n");
    assertThat(terminal.run("tree", "--json", "/f")).isZero();
    assertThat(terminal.json().path("name").asText()).isEqualTo("f");
    assertThat(terminal.run("tree", "--json")).isZero();
    JsonNode tree = terminal.json();
    assertThat(tree.path("entries").path(0).path("path").asText()).isEqualTo("/f");
    assertThat(terminal.run("ls", "-R", "--json")).isZero();
    assertThat(terminal.json()).isEqualTo(tree);
  }

  @Test
  void aTimeIsLocalWithItsDistanceFromUtcForPeopleAndInUtcForPrograms() throws Exception {
    Path file = Files.writeString(source.resolve("f"), "content");
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-11-03T08:30:00Z")));
    assertThat(terminal.run("put", file.toString(), "/f")).isZero();
    TimeZone usual = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kolkata"));
    try {
      assertThat(terminal.run("ls", "-l")).isZero();
      assertThat(terminal.out()).contains("  2026-11-03 14:00:00 +05:30  f");
      assertThat(terminal.run("stat", "/f")).isZero();
      assertThat(terminal.out()).contains("modified: 2026-11-03 14:00:00 +05:30");
      assertThat(terminal.run("stat", "--json", "/f")).isZero();
      assertThat(terminal.json().path("modified").asText()).isEqualTo("2026-11-03T08:30:00Z");
    } finally {
      TimeZone.setDefault(usual);
    }
  }

  @Test
  void aPathOnThisMachineIsNamedAsItIs() throws Exception {
    Path missing = temporary.resolve("nobody/here");

    assertThat(terminal.run("put", missing.toString(), "/x")).isNotZero();

    assertThat(terminal.warnings()).singleElement().asString().contains("read " + missing + ":");
  }

  @Test
  void aTreeComesBackAsItWas() throws Exception {
    sample(source);

    assertThat(terminal.run("put", "-r", source.toString(), "/copy"))
        .as("%s", terminal.warnings())
        .isZero();
    Path target = temporary.resolve("target");
    assertThat(terminal.run("get", "-r", "/copy", target.toString())).isZero();

    assertThat(content(target)).isEqualTo(content(source)).hasSizeGreaterThan(60);
    assertThat(terminal.warnings()).isEmpty();
  }

  @Test
  void theSamePutAgainSendsNothing() throws Exception {
    sample(source);
    terminal.run("put", "-r", source.toString(), "/copy");
    long before = server.line().received();
    int roots = server.line().roots().size();

    assertThat(terminal.run("put", "-r", "--json", source.toString(), "/copy")).isZero();

    assertThat(server.line().received()).isEqualTo(before);
    assertThat(server.line().roots()).hasSize(roots);
    assertThat(terminal.json().path("sent").asLong()).isZero();
    assertThat(terminal.json().path("files").asInt()).isGreaterThan(50);
  }

  @Test
  void aPutIntoATreeThatIsThereMergesAndRemovesNothing() throws Exception {
    write(source.resolve("a/one"), "1");
    terminal.run("put", "-r", source.toString(), "/copy");
    Path more = Files.createDirectory(temporary.resolve("more"));
    write(more.resolve("a/two"), "2");

    assertThat(terminal.run("put", "-r", more.toString(), "/copy")).isZero();

    assertThat(terminal.run("ls", "-R", "/copy")).isZero();
    assertThat(terminal.out()).isEqualTo("a/\na/one\na/two\n");
  }

  @Test
  @Tag("S4.D")
  void aTimeThatTheDiskDoesNotTakeCostsNoContent() throws Exception {
    agent.upload(
        "/vault/files/old?modified=1969-07-20T20:17:40.5Z",
        out -> out.write("old".getBytes(UTF_8)));
    Path copy = temporary.resolve("copy");

    assertThat(terminal.run("get", "/old", copy.toString())).as("%s", terminal.warnings()).isZero();

    assertThat(copy).hasContent("old");
    assertThat(Files.getLastModifiedTime(copy).toInstant())
        .isBetween(Instant.parse("1969-07-20T20:17:40Z"), Instant.parse("1969-07-20T20:17:41Z"));
  }

  @Test
  void aFileGoesIntoAFolderOrBecomesTheDestination() throws Exception {
    write(source.resolve("f.txt"), "content");
    assertThat(terminal.run("mkdir", "/folder")).isZero();

    assertThat(terminal.run("put", source.resolve("f.txt").toString(), "/folder")).isZero();
    assertThat(terminal.run("put", source.resolve("f.txt").toString(), "/g.txt")).isZero();
    assertThat(terminal.run("cat", "/folder/f.txt", "/g.txt")).isZero();
    assertThat(terminal.out()).isEqualTo("contentcontent");

    Path into = Files.createDirectory(temporary.resolve("into"));
    assertThat(terminal.run("get", "/g.txt", into.toString())).isZero();
    assertThat(terminal.run("get", "/g.txt", temporary.resolve("h").toString())).isZero();
    assertThat(into.resolve("g.txt")).hasContent("content");
    assertThat(temporary.resolve("h")).hasContent("content");
  }

  @Test
  void severalSourcesGoIntoAFolder() throws Exception {
    write(source.resolve("one"), "1");
    write(source.resolve("sub/two"), "2");
    terminal.run("mkdir", "-p", "/a/b/c");

    assertThat(
            terminal.run(
                "put",
                "-r",
                source.resolve("one").toString(),
                source.resolve("sub").toString(),
                "/a/b/c"))
        .isZero();

    terminal.run("ls", "-R", "/a");
    assertThat(terminal.out()).isEqualTo("b/\nb/c/\nb/c/one\nb/c/sub/\nb/c/sub/two\n");
  }

  @Test
  void whatIsNotKeptIsSaidOnceForAll() throws Exception {
    write(source.resolve("file"), "1");
    Files.createLink(source.resolve("same"), source.resolve("file"));
    for (String pipe : List.of("pipe1", "pipe2", "pipe3")) {
      new ProcessBuilder("mkfifo", source.resolve(pipe).toString()).start().waitFor();
    }

    assertThat(terminal.run("put", "-r", source.toString(), "/copy")).isZero();

    assertThat(terminal.warnings())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("Left out") && line.endsWith(" and 2 more."))
        .anyMatch(line -> line.contains("hard links") && line.endsWith(" and 1 more."));
    terminal.run("ls", "/copy");
    assertThat(terminal.out()).isEqualTo("file\nsame\n");
  }

  @Test
  void symbolicLinksGoInAndComeOutAsLinks() throws Exception {
    Path folder = Files.createDirectories(source.resolve("sub"));
    write(folder.resolve("file"), "1");
    Files.createSymbolicLink(source.resolve("to file"), Path.of("sub/file"));
    Files.createSymbolicLink(folder.resolve("up"), Path.of("../sub"));
    Files.createSymbolicLink(folder.resolve("dangling"), Path.of("nowhere"));

    assertThat(terminal.run("put", "--json", "-r", source.toString(), "/copy")).isZero();
    assertThat(terminal.json().path("links").asInt()).isEqualTo(3);
    Path back = temporary.resolve("back");
    assertThat(terminal.run("get", "-r", "/copy", back.toString())).isZero();

    assertThat(Files.readSymbolicLink(back.resolve("to file"))).hasToString("sub/file");
    assertThat(Files.readSymbolicLink(back.resolve("sub/up"))).hasToString("../sub");
    assertThat(Files.readSymbolicLink(back.resolve("sub/dangling"))).hasToString("nowhere");
    assertThat(Files.getLastModifiedTime(back.resolve("to file"), LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(Files.getLastModifiedTime(source.resolve("to file"), LinkOption.NOFOLLOW_LINKS));
    assertThat(terminal.run("get", "-r", "/copy", back.toString())).as("once more").isZero();
    terminal.run("ls", "/copy");
    assertThat(terminal.out()).isEqualTo("sub/\nto file -> sub/file\n");
    assertThat(terminal.run("du", "--json", "/copy")).isZero();
    assertThat(terminal.json().path("links").asInt()).isEqualTo(3);
    assertThat(terminal.json().path("files").asInt()).isEqualTo(1);
    assertThat(terminal.run("find", "--type", "link", "/copy")).isZero();
    assertThat(terminal.out().lines()).hasSize(3);
  }

  @Test
  void aNamedLinkGoesAsALinkAndWithASlashAsTheFolder() throws Exception {
    write(source.resolve("file"), "1");
    Path link = Files.createSymbolicLink(temporary.resolve("lnk"), source.getFileName());
    Path dangling = Files.createSymbolicLink(temporary.resolve("dangling"), Path.of("nowhere"));

    assertThat(terminal.run("put", "-r", link.toString(), "/link")).isZero();
    assertThat(terminal.run("put", "-r", link + "/", "/folder")).isZero();
    assertThat(terminal.run("put", "-r", "--json", dangling.toString(), link.toString(), "/folder"))
        .isZero();
    assertThat(terminal.json().path("links").asInt()).isEqualTo(2);
    assertThat(terminal.run("put", "-r", dangling.toString(), "/")).isZero();

    terminal.run("ls", "/");
    assertThat(terminal.out())
        .isEqualTo("dangling -> nowhere\nfolder/\nlink -> " + source.getFileName() + "\n");
    terminal.run("ls", "/folder");
    assertThat(terminal.out())
        .isEqualTo("dangling -> nowhere\nfile\nlnk -> " + source.getFileName() + "\n");
    assertThat(terminal.run("put", link.toString(), "/x"))
        .as("without -r as what it is")
        .isEqualTo(1);
    assertThat(terminal.run("put", "-r", link.toString(), "/folder")).isZero();
    assertThat(terminal.run("put", "-r", dangling.toString() + "/", "/y")).isEqualTo(1);
    assertThat(terminal.run("put", "-r", dangling.toString(), "/none/y")).isEqualTo(1);
    assertThat(terminal.warnings()).last().asString().contains("no /none");
  }

  @Test
  void sparseFilesAreSparseInTheVaultAndOthersAreNot() throws Exception {
    for (String name : List.of("sparse", "full")) {
      try (RandomAccessFile file =
          new RandomAccessFile(Files.createDirectories(source).resolve(name).toFile(), "rw")) {
        file.setLength(40 << 20);
        file.write(1);
      }
    }
    Path full = source.resolve("full");
    Files.write(full, Files.readAllBytes(full));

    assertThat(terminal.run("put", "--json", source.resolve("sparse").toString(), "/s")).isZero();
    assertThat(terminal.json().path("sent").asLong()).isLessThan(3 << 20);
    assertThat(terminal.run("put", "--json", full.toString(), "/f")).isZero();
    assertThat(terminal.json().path("sent").asLong()).isGreaterThan(40 << 20);
    assertThat(terminal.run("put", "--json", "-r", source.toString(), "/tree")).isZero();
    assertThat(terminal.json().path("sent").asLong()).isBetween(40L << 20, 50L << 20);
    for (String name : List.of("/s", "/tree/sparse")) {
      Path back = temporary.resolve("back");
      assertThat(terminal.run("get", name, back.toString())).isZero();
      assertThat(Files.mismatch(back, source.resolve("sparse"))).isEqualTo(-1);
    }
  }

  @Test
  void aLinkIsNotFollowedInTheVault() throws Exception {
    Files.createSymbolicLink(source.resolve("link"), Path.of("file"));
    write(source.resolve("file"), "1");
    terminal.run("put", "-r", source.toString(), "/copy");

    for (String[] command :
        List.of(
            new String[] {"cat", "/copy/link"},
            new String[] {"get", "/copy/link", temporary.resolve("x").toString()},
            new String[] {"mkdir", "/copy/link/below"})) {
      assertThat(terminal.run(command)).as(command[0]).isNotZero();
      assertThat(terminal.warnings()).last().asString().contains("is a symbolic link");
    }
    assertThat(terminal.run("get", "-r", "/copy/link", temporary.resolve("x").toString())).isZero();
    assertThat(Files.readSymbolicLink(temporary.resolve("x"))).hasToString("file");
    assertThat(terminal.run("mv", "/copy/link", "/copy/other")).isZero();
    assertThat(terminal.run("cp", "/copy/other", "/copy/third")).isZero();
    assertThat(terminal.run("rm", "/copy/other")).isZero();
    terminal.run("ls", "/copy");
    assertThat(terminal.out()).isEqualTo("file\nthird -> file\n");
  }

  @Test
  @Tag("A34")
  void aLinkThatLeadsOutIsWrittenOnlyIfThatIsAskedFor() throws Exception {
    Files.createSymbolicLink(source.resolve("out"), Path.of("../../etc/passwd"));
    Files.createSymbolicLink(source.resolve("absolute"), Path.of("/etc/passwd"));
    write(source.resolve("plain"), "1");
    terminal.run("put", "-r", source.toString(), "/copy");
    Path back = temporary.resolve("back");

    assertThat(terminal.run("get", "-r", "/copy", back.toString())).isEqualTo(1);

    assertThat(back.resolve("plain")).hasContent("1");
    assertThat(Files.isSymbolicLink(back.resolve("out"))).isFalse();
    assertThat(Files.isSymbolicLink(back.resolve("absolute"))).isFalse();
    assertThat(terminal.warnings())
        .filteredOn(line -> line.contains("--all-links"))
        .hasSize(2)
        .anyMatch(line -> line.contains("../../etc/passwd"));
    assertThat(terminal.run("get", "--skip-links", "-r", "/copy", back.toString())).isZero();
    assertThat(terminal.warnings()).isEmpty();
    assertThat(terminal.run("get", "--all-links", "--skip-links", "-r", "/copy", back.toString()))
        .isEqualTo(2);
    assertThat(terminal.run("get", "--all-links", "-r", "/copy", back.toString())).isZero();
    assertThat(Files.readSymbolicLink(back.resolve("absolute"))).hasToString("/etc/passwd");
  }

  @Test
  void namesThatAreNoUnicodeAreNamedAndTheRestGoesOn() throws Exception {
    write(source.resolve("good"), "1");
    write(source.resolve("turned \u202e name"), "2");
    new ProcessBuilder("/bin/sh", "-c", "touch \"$(printf 'bad\\377name')\"")
        .directory(source.toFile())
        .start()
        .waitFor();

    assertThat(terminal.run("put", "-r", source.toString(), "/copy")).isEqualTo(1);

    assertThat(terminal.warnings())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains("Cannot keep"))
        .noneMatch(line -> line.contains("\u202e"));
    terminal.run("ls", "/copy");
    assertThat(terminal.out()).isEqualTo("good\n");
  }

  @Test
  void whatIsMissingIsNamedWithTheRightExitCode() throws Exception {
    write(source.resolve("f"), "1");
    String file = source.resolve("f").toString();

    assertFails(1, "There is no /none in the vault", "get", "/none", temporary.toString());
    assertFails(1, "There is no /none in the vault", "cat", "/none");
    assertFails(1, "There is no /none in the vault", "rm", "/none");
    assertFails(1, "There is no /none in the vault", "ls", "/none");
    assertFails(1, "There is no /none in the vault", "put", file, "/none/f");
    terminal.run("put", file, "/file");
    for (String command : List.of("mv", "cp")) {
      assertFails(1, "There is no /none in the vault", command, "/file", "/none/");
      assertFails(1, "/file is a file in the vault", command, "/twice", "/file/");
    }
    assertFails(1, "it is not there", "put", source.resolve("none").toString(), "/x");
    assertFails(2, "begin with a slash", "ls", "relative");
    assertFails(1, "use -r", "put", source.toString(), "/x");
    assertFails(1, "already in the vault", "mkdir", "/twice", "/twice");
    assertFails(1, "use -r", "get", "/twice", temporary.resolve("y").toString());
    assertFails(1, "is a folder in the vault", "cat", "/twice");
    Path no = temporary.resolve("no");
    assertFails(1, "There is no folder " + no + ".", "get", "/twice", "-r", no + "/such");
    assertThat(no).doesNotExist();
  }

  @Test
  void aFileWhereAFolderMustBeIsCalledAFile() throws Exception {
    write(source.resolve("a"), "1");
    write(source.resolve("b"), "2");
    String a = source.resolve("a").toString();
    String b = source.resolve("b").toString();
    terminal.run("put", a, "/a");
    terminal.run("put", b, "/b");

    assertFails(1, "/a is a file in the vault, not a folder", "put", a, b, "/a");
    assertFails(1, "/a is a file in the vault, not a folder", "put", b, "/a/");
    assertFails(1, b + " is a file, not a folder", "get", "/a", "/b", b);
    assertFails(1, b + ": it is a file, not a folder", "get", "-r", "/a", b + "/x");
    assertThat(source.resolve("b")).hasContent("2");
    assertThat(terminal.run("cat", "/a")).isZero();
    assertThat(terminal.out()).isEqualTo("1");
  }

  @Test
  void standardInputIsNotTaken() throws Exception {
    assertFails(2, "does not take standard input", "put", "-", "/x");
  }

  private void assertFails(int code, String message, String... arguments) {
    assertThat(terminal.run(arguments)).as(String.join(" ", arguments)).isEqualTo(code);
    assertThat(String.join("\n", terminal.warnings())).contains(message);
  }

  @Test
  void nobodyLoggedInIsExitCodeThree() {
    agent.logIn(null);

    assertFails(3, "Nobody is logged in", "ls");
  }

  @Test
  void removingTakesFoldersOnlyWithMinusR() throws Exception {
    write(source.resolve("a/b"), "1");
    terminal.run("put", "-r", source.toString(), "/copy");

    assertFails(1, "not empty; 'rm -r'", "rm", "/copy");
    assertThat(terminal.run("rm", "-r", "/copy")).isZero();
    terminal.run("ls");
    assertThat(terminal.out()).isEmpty();
  }

  @Test
  void namesOfEveryKindOfTroubleComeBack() throws Exception {
    for (String name :
        List.of(
            "100%", "a;b=c", "q?x#y", "a+b c", "back\\slash", "\"quoted\"", "~", "%2e%2e", "ä🎉")) {
      write(source.resolve(name), name);
      assertThat(terminal.run("put", source.resolve(name).toString(), "/" + name)).isZero();
      assertThat(terminal.run("cat", "/" + name)).as(name).isZero();
      assertThat(terminal.out()).isEqualTo(name);
      assertThat(terminal.run("stat", "--json", "/" + name)).isZero();
      assertThat(terminal.json().path("path").asText()).isEqualTo("/" + name);
    }
    terminal.run("ls", "--json");
    assertThat(terminal.out()).contains("ä🎉");
    List<String> names = new ArrayList<>();
    for (JsonNode entry : terminal.json().path("entries")) {
      names.add(entry.path("name").asText());
    }
    assertThat(names).hasSize(9).isSorted();
  }

  @Test
  @Tag("A34")
  void linksInTheWayAreNeitherFollowedNorReplaced() throws Exception {
    write(source.resolve("folder/file"), "new");
    write(source.resolve("plain"), "new");
    terminal.run("put", "-r", source.toString(), "/copy");
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    write(outside.resolve("victim"), "old");
    Path target = Files.createDirectory(temporary.resolve("target"));
    Files.createSymbolicLink(target.resolve("folder"), outside);
    Files.createSymbolicLink(target.resolve("plain"), outside.resolve("victim"));

    assertThat(terminal.run("get", "-r", "/copy", target.toString())).isEqualTo(1);

    assertThat(terminal.warnings()).hasSize(2);
    try (Stream<Path> left = Files.list(outside)) {
      assertThat(left).containsExactly(outside.resolve("victim"));
    }
    assertThat(outside.resolve("victim")).hasContent("old");
    assertThat(target.resolve("plain")).isSymbolicLink();
  }

  @Test
  void aFileInTheWayOfAFolderIsNamedAndTheRestComes() throws Exception {
    write(source.resolve("folder/file"), "1");
    write(source.resolve("zebra"), "2");
    terminal.run("put", "-r", source.toString(), "/copy");
    Path target = Files.createDirectory(temporary.resolve("target"));
    write(target.resolve("folder"), "in the way");

    assertFails(1, "something else is there", "get", "-r", "/copy", target.toString());

    assertThat(target.resolve("folder")).hasContent("in the way");
    assertThat(target.resolve("zebra")).hasContent("2");
  }

  private static void sample(Path root) throws IOException {
    Random random = new Random(42);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[random.nextInt(20_000)];
      random.nextBytes(bytes);
      Path file = root.resolve("ördner " + i % 5).resolve("日本 " + i + ".bin");
      Files.createDirectories(parent(file));
      Files.write(file, bytes);
      Files.setLastModifiedTime(
          file, FileTime.from(Instant.ofEpochSecond(1_000_000 + i, 123_456_789)));
    }
    byte[] large = new byte[9_000_000];
    random.nextBytes(large);
    Files.write(root.resolve("large"), large);
    Files.createFile(root.resolve("empty"));
    Files.createDirectories(root.resolve("deep/er/and/er"));
    write(root.resolve("run.sh"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        root.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setLastModifiedTime(
        root.resolve("deep/er"), FileTime.from(Instant.parse("2001-02-03T04:05:06.789Z")));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(parent(file));
    Files.write(file, text.getBytes(UTF_8));
  }

  private static Path parent(Path file) {
    return java.util.Objects.requireNonNull(file.getParent());
  }

  private static Map<String, String> content(Path root) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        String time = Files.getLastModifiedTime(path).toInstant().toString();
        content.put(
            root.relativize(path).toString(),
            Files.isDirectory(path)
                ? "folder " + time
                : Digest.sha256(Files.readAllBytes(path))
                    + " "
                    + time
                    + (Files.isExecutable(path) ? " executable" : ""));
      }
    }
    return content;
  }
}
