package org.anonymouscloud.vault.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.local.LocalView;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent copies by itself, beside what is carried to it and from it. */
final class LocalCopyTest {
  private static final Instant TIME = Instant.parse("2020-02-03T04:05:06.123456789Z");
  private static final int LARGE = 3_000_000;

  @TempDir private Path temporary;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;
  private Path source;

  @BeforeEach
  void start() throws Exception {
    server = TestServer.start(temporary.resolve("server"));
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
    source = sample(Files.createDirectory(temporary.resolve("source")));
  }

  @AfterEach
  void stop() {
    agent.close();
    server.close();
  }

  private static Path sample(Path top) throws Exception {
    Files.createDirectories(top.resolve("deep/er"));
    Files.createDirectory(top.resolve("empty"));
    Files.write(top.resolve("nothing"), new byte[0]);
    Files.writeString(top.resolve("deep/er/small"), "a small one");
    byte[] large = new byte[LARGE];
    new Random(1).nextBytes(large);
    Files.write(top.resolve("deep/large"), large);
    Files.setPosixFilePermissions(
        Files.writeString(top.resolve("run"), "#!/bin/sh\n"),
        PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(top.resolve("deep/link"), Path.of("er/small"));
    Files.createLink(top.resolve("twice"), top.resolve("run"));
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : all.filter(path -> !Files.isSymbolicLink(path)).toList()) {
        Files.setLastModifiedTime(path, FileTime.from(TIME));
      }
    }
    // Last, as to set its time would wait for a writer.
    assertThat(new ProcessBuilder("mkfifo", top.resolve("pipe").toString()).start().waitFor())
        .isZero();
    Files.setLastModifiedTime(top, FileTime.from(TIME));
    return top;
  }

  /** What is in a folder: by path what it is, its content and its time. */
  private static Map<String, String> seen(Path top) throws IOException {
    Map<String, String> seen = new HashMap<>();
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : all.toList()) {
        String what =
            Files.isSymbolicLink(path)
                ? "link to " + Files.readSymbolicLink(path)
                : Files.isDirectory(path)
                    ? "folder of " + Files.getLastModifiedTime(path)
                    : PosixFilePermissions.toString(Files.getPosixFilePermissions(path))
                        + " of "
                        + Files.getLastModifiedTime(path)
                        + ": "
                        + java.util.Arrays.hashCode(Files.readAllBytes(path));
        seen.put(top.relativize(path).toString(), what);
      }
    }
    return seen;
  }

  @Test
  void aTreeIsTheSameWhicheverWayItGoes() throws Exception {
    assertThat(terminal.run("put", "-r", "--json", source.toString(), "/t")).isZero();
    JsonNode byAgent = terminal.json();
    List<String> warnings = terminal.warnings();
    Path first = temporary.resolve("first");
    assertThat(terminal.run("get", "-r", "--json", "/t", first.toString())).isZero();
    JsonNode gotByAgent = terminal.json();
    assertThat(agent.carried()).isZero();

    agent.seesAnotherDisk();

    assertThat(terminal.run("put", "-r", "--json", source.toString(), "/u")).isZero();
    assertThat(terminal.json().path("files")).isEqualTo(byAgent.path("files"));
    assertThat(terminal.json().path("bytes")).isEqualTo(byAgent.path("bytes"));
    assertThat(terminal.json().path("links")).isEqualTo(byAgent.path("links"));
    assertThat(terminal.json().path("leftOut")).isEqualTo(byAgent.path("leftOut"));
    assertThat(terminal.warnings()).isEqualTo(warnings).hasSizeBetween(2, 3);
    Path second = temporary.resolve("second");
    assertThat(terminal.run("get", "-r", "--json", "/u", second.toString())).isZero();
    assertThat(terminal.json()).isEqualTo(gotByAgent);
    assertThat(agent.carried()).isEqualTo(2);
    Files.delete(source.resolve("pipe"));
    Files.setLastModifiedTime(source, FileTime.from(TIME));
    assertThat(seen(first)).isEqualTo(seen(source));
    assertThat(seen(second)).isEqualTo(seen(source));
  }

  @Test
  void aFileIsTheSameWhicheverWayItGoes() throws Exception {
    String large = source.resolve("deep/large").toString();
    Path first = temporary.resolve("first");
    Path second = temporary.resolve("second");

    assertThat(terminal.run("put", large, "/one")).isZero();
    assertThat(terminal.run("get", "/one", first.toString())).isZero();
    assertThat(agent.carried()).isZero();
    agent.seesAnotherDisk();
    assertThat(terminal.run("put", large, "/two")).isZero();
    assertThat(terminal.run("get", "/two", second.toString())).isZero();

    assertThat(agent.carried()).isEqualTo(2);
    for (Path copy : List.of(first, second)) {
      assertThat(Files.mismatch(copy, Path.of(large))).isEqualTo(-1);
      assertThat(Files.getLastModifiedTime(copy).toInstant()).isEqualTo(TIME);
    }
  }

  @Test
  void aFileThatIsThereIsReplacedAndALinkIsNot() throws Exception {
    Path there = Files.writeString(temporary.resolve("there"), "before");
    Path link = Files.createSymbolicLink(temporary.resolve("link"), there);
    assertThat(terminal.run("put", source.resolve("run").toString(), "/run")).isZero();

    assertThat(terminal.run("get", "/run", link.toString())).isEqualTo(1);
    assertThat(terminal.warnings()).singleElement().asString().contains("something else is there");
    assertThat(there).hasContent("before");
    assertThat(terminal.run("get", "/run", there.toString())).isZero();
    assertThat(there).hasContent("#!/bin/sh\n").isExecutable();
    assertThat(terminal.run("put", source.resolve("run").toString(), "/none/run")).isEqualTo(1);
    assertThat(terminal.run("get", "/none", there.toString())).isEqualTo(1);
  }

  private static Map<String, Object> body(String member, Path path) {
    Map<String, Object> body = new HashMap<>();
    body.put(member, path.toString());
    body.put("own", "/nowhere");
    body.put("view", LocalView.ofThisProcess().orElseThrow().text());
    return body;
  }

  private List<JsonNode> lines(String url, Map<String, Object> body) throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    agent.follow(url, body, lines::add);
    return lines;
  }

  private void refused(Problem.Kind kind, String url, Map<String, Object> body) {
    assertThatThrownBy(() -> lines(url, body))
        .isInstanceOfSatisfying(Problem.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  void aCallerSeesEachLineAndWhatIsRefusedHasItsStatus() throws Exception {
    Map<String, Object> upload = body("source", source.resolve("deep"));
    List<JsonNode> lines = lines("/vault/local-uploads/d", upload);
    assertThat(lines.getLast().path("done").path("bytes").asInt())
        .isEqualTo(LARGE + "a small one".length());
    assertThat(lines.stream().mapToLong(line -> line.path("copied").asLong()).sum())
        .isEqualTo(LARGE + "a small one".length());

    for (String member : List.of("source", "own", "view")) {
      Map<String, Object> less = body("source", source);
      less.remove(member);
      refused(
          member.equals("view") ? Problem.Kind.PRECONDITION_FAILED : Problem.Kind.BAD_INPUT,
          "/vault/local-uploads/d",
          less);
    }
    refused(
        Problem.Kind.BAD_INPUT,
        "/vault/local-uploads/d",
        body("source", Path.of("source/relative")));
    refused(
        Problem.Kind.BAD_INPUT, "/vault/local-uploads/d", body("source", source.resolve("pipe")));
    refused(
        Problem.Kind.FORBIDDEN, "/vault/local-uploads/d", body("source", source.resolve("none")));
    Map<String, Object> noPattern = body("source", source);
    noPattern.put("exclude", List.of("[a"));
    refused(Problem.Kind.BAD_INPUT, "/vault/local-uploads/d", noPattern);
    Map<String, Object> download = body("folder", temporary.resolve("none"));
    download.remove("own");
    refused(Problem.Kind.NOT_FOUND, "/vault/local-downloads/d", download);
    download.put("folder", temporary.toString());
    download.put("name", "../d");
    refused(Problem.Kind.SECURITY, "/vault/local-downloads/d/large", download);
    download.put("links", "anywhere");
    refused(Problem.Kind.BAD_INPUT, "/vault/local-downloads/d", download);
  }

  @Test
  void aCallerWhoGoesEndsTheUploadAndNothingOfItShows() throws Exception {
    // All zeros and not said to be sparse, so all of it would be read and sent: for minutes.
    Path endless = Files.createFile(temporary.resolve("endless"));
    try (var file = new java.io.RandomAccessFile(endless.toFile(), "rw")) {
      file.write(1);
      file.setLength(1L << 40);
    }
    URI url = agent.url("/vault/local-uploads/endless");
    byte[] json =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .writeValueAsBytes(body("source", endless));
    try (Socket caller = new Socket(url.getHost(), url.getPort())) {
      OutputStream out = caller.getOutputStream();
      out.write(
          ("POST " + url.getPath() + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + json.length)
              .getBytes(UTF_8));
      out.write("\r\nContent-Type: application/json\r\n\r\n".getBytes(UTF_8));
      out.write(json);
      InputStream in = caller.getInputStream();
      String heard = "";
      for (int next = in.read(); next >= 0 && !heard.contains("copied"); next = in.read()) {
        heard += (char) next;
      }
      assertThat(heard).contains("copied");
    }

    // Else the wait would be for minutes.
    while (agent.lastProblem().isEmpty()) {
      Thread.sleep(20);
    }
    assertThat(terminal.run("ls", "/")).isZero();
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.run("put", source.resolve("run").toString(), "/endless")).isZero();
  }

  @Test
  void anEmptyLocalPathIsNotTheCurrentFolder() {
    assertThat(terminal.run("put", "-r", "", "/t")).isEqualTo(2);
    assertThat(terminal.run("get", "/t", "")).isEqualTo(2);
    assertThat(terminal.warnings()).singleElement().asString().contains("empty");
  }

  /** Each question is a way to the server and back. */
  @Test
  void aTreeThatIsSentAgainAsksOnceForAPackOfManyFiles() throws Exception {
    Path many = Files.createDirectory(temporary.resolve("many"));
    for (int i = 0; i < 50; i++) {
      Files.writeString(many.resolve("file" + i), "small " + i);
    }
    assertThat(terminal.run("put", "-r", many.toString(), "/m")).isZero();
    int before = server.line().asked().size();

    assertThat(terminal.run("put", "-r", "--json", many.toString(), "/m")).isZero();

    assertThat(terminal.json().path("sent").asLong()).isLessThan(20_000);
    List<VaultMethod> asked = server.line().asked();
    assertThat(asked.subList(before, asked.size()))
        .filteredOn(VaultMethod.PACK_ASK::equals)
        .hasSize(1);
  }

  @Test
  void aLocalFileUnderATrickyNameIsCopied() throws Exception {
    Path odd = Files.writeString(source.resolve("a b\"c%2f#?"), "odd");

    assertThat(terminal.run("put", odd.toString(), "/")).isZero();
    assertThat(terminal.run("get", "/a b\"c%2f#?", temporary.toString())).isZero();

    assertThat(temporary.resolve(odd.getFileName())).hasContent("odd");
    assertThat(Files.exists(temporary.resolve("pipe"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }
}
