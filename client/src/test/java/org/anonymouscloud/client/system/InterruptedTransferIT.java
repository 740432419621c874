package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in the middle of a transfer: one line says what stays, and the exit code is 130. */
final class InterruptedTransferIT {
  private static final int INTERRUPTED = 130;
  private static final long MEBIBYTE = 1L << 20;

  /** Far more than the agent reads ahead of what the server has. */
  private static final long SIZE = 192 * MEBIBYTE;

  @TempDir private Path temporary;
  private TestServer server;
  private CountedLine line;
  private Client client;
  private Path large;

  @BeforeEach
  void start() throws Exception {
    server = new TestServer(temporary).start();
    line = new CountedLine(server.port());
    client =
        new Client(
                temporary.resolve("home"),
                server
                    .connectionString()
                    .replace(":" + server.port() + "#", ":" + line.port() + "#"),
                Person.in(temporary, "alice", "a password of alice"))
            .register();
    large = temporary.resolve("large");
    SampleTree.large(large, SIZE, 1);
  }

  @AfterEach
  void stop() throws Exception {
    line.release();
    client.close();
    line.close();
    server.close();
  }

  /** Interrupts a command once the line is held, and gives what it said. */
  private String interrupt(String... command) throws Exception {
    try (Program.Running running = client.program().start(command)) {
      line.awaitHeld();
      running.interrupt();
      assertThat(running.exitCode()).as(running.printed()).isEqualTo(INTERRUPTED);
      line.release();
      assertThat(running.printed()).hasLineCount(1).startsWith("anoncloud: Interrupted. ");
      return running.printed();
    }
  }

  @Test
  void anUploadSaysThatTheSameCommandGoesOnAndItDoes() throws Exception {
    Path first = Files.writeString(temporary.resolve("first"), "short");
    String[] put = {"put", first.toString(), large.toString(), "/"};
    line.holdAfter(line.sent() + 60 * MEBIBYTE, Long.MAX_VALUE);

    assertThat(interrupt(put)).contains("goes on where it stopped");

    assertThat(client.run("ls").succeeded().out()).isEqualTo("first\n");
    // The agent sends what it has read already, so that the next try can use it.
    line.awaitQuiet();
    assertThat(client.run(put).succeeded().err()).contains("Went on from an earlier try");
    assertThat(client.run("ls").succeeded().out()).isEqualTo("first\nlarge\n");
  }

  /** The agent, which writes, notices within a moment that nobody wants it any more. */
  private static void awaitNoHalfFile(Path received) throws Exception {
    List<Path> files;
    do {
      Thread.sleep(20);
      try (Stream<Path> all = Files.list(received)) {
        files = all.toList();
      }
    } while (files.size() > 1);
    assertThat(files).containsExactly(received.resolve("a"));
  }

  @Test
  void aKilledDownloadLeavesNoHalfFileThoughTheServerIsSilent() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    Files.writeString(tree.resolve("a"), "short");
    Files.move(large, tree.resolve("b"));
    client.run("put", "-r", tree.toString(), "/tree").succeeded();
    Path received = temporary.resolve("received");
    line.holdAfter(Long.MAX_VALUE, line.received() + 30 * MEBIBYTE);

    try (Program.Running running =
        client.program().start("get", "-r", "/tree", received.toString())) {
      line.awaitHeld();
      running.kill();
    }

    awaitNoHalfFile(received);
  }

  /** The agent would make them as it was started. */
  @Test
  void whatIsFetchedHasThePermissionsThatTheCommandGives() throws Exception {
    Path file = Files.writeString(temporary.resolve("file"), "for me");
    client.run("put", file.toString(), "/").succeeded();
    Program secretive =
        new Program(temporary.resolve("home"), List.of("sh", "-c", "umask 077; exec \"$@\"", "sh"));

    secretive.run("get", "/file", temporary.resolve("mine").toString()).succeeded();
    client.run("get", "/file", temporary.resolve("ours").toString()).succeeded();

    assertThat(PosixFilePermissions.toString(permissions("mine"))).isEqualTo("rw-------");
    assertThat(permissions("ours")).isEqualTo(permissions("file"));
  }

  private Set<PosixFilePermission> permissions(String name) throws IOException {
    return Files.getPosixFilePermissions(temporary.resolve(name));
  }

  @Test
  void aDownloadSaysThatNoHalfFileIsLeftAndNoneIs() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    Files.writeString(tree.resolve("a"), "short");
    Files.move(large, tree.resolve("b"));
    client.run("put", "-r", tree.toString(), "/tree").succeeded();
    Path received = temporary.resolve("received");
    line.holdAfter(Long.MAX_VALUE, line.received() + 30 * MEBIBYTE);

    assertThat(interrupt("get", "-r", "/tree", received.toString())).contains("no half one");

    awaitNoHalfFile(received);
    client.run("get", "-r", "/tree", received.toString()).succeeded();
    assertThat(Files.mismatch(tree.resolve("b"), received.resolve("b"))).isEqualTo(-1);
  }
}
