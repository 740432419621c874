package org.anonymouscloud.vault.client.cli;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What gets another place or a second one, by commands and through the API. */
final class RelocationTest {
  private static final int LARGE = 3 << 20;

  @TempDir private Path folder;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;
  private Drive drive;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
    drive = new Drive(server.account().device(2, server.newLine()), Clock.systemUTC());
    makeFolder(drive, "/docs/deep");
    write(drive, "/docs/deep/large", noise(LARGE, 1));
    write(drive, "/a", noise(10, 2));
    write(drive, "/b", noise(10, 3));
  }

  @AfterEach
  void stop() {
    drive.close();
    agent.close();
    server.close();
  }

  private void run(String... arguments) {
    assertThat(terminal.run(arguments)).as("%s", terminal.warnings()).isZero();
  }

  private void assertRefused(String why, String... arguments) throws IOException {
    var before = tree(drive);
    assertThat(terminal.run(arguments)).isIn(1, 2);
    assertThat(terminal.warnings()).singleElement().asString().contains(why);
    assertThat(tree(drive)).isEqualTo(before);
  }

  private long newest() throws Exception {
    return agent.get("/vault/history").path("states").path(0).path("number").asLong();
  }

  private JsonNode stat(String path) throws Exception {
    return agent.get("/vault/stat" + path);
  }

  @Test
  void aFileIsRenamedAndKeepsItsIdVersionAndTime() throws Exception {
    JsonNode before = stat("/a");

    run("mv", "/a", "/c");

    JsonNode after = stat("/c");
    for (String kept : List.of("id", "version", "modified", "size")) {
      assertThat(after.path(kept)).as(kept).isEqualTo(before.path(kept));
    }
    assertThat(tree(drive)).containsKey("/c").doesNotContainKey("/a");
  }

  @Test
  void aFolderMovesWithAllThatIsInItAndNothingOfItIsSentAgain() throws Exception {
    JsonNode before = stat("/docs");

    run("mv", "--json", "/docs", "/papers");

    assertThat(terminal.json().path("sent").asLong()).isLessThanOrEqualTo(4096);
    assertThat(terminal.json().path("moved").path(0).path("to").asText()).isEqualTo("/papers");
    assertThat(stat("/papers").path("id")).isEqualTo(before.path("id"));
    assertThat(tree(drive)).containsKey("/papers/deep/large").doesNotContainKey("/docs/");
  }

  @Test
  void severalGoIntoAFolderAsOneState() throws Exception {
    long before = newest();

    run("mv", "/a", "/b", "/docs/deep/large", "/docs");

    assertThat(tree(drive))
        .containsOnlyKeys("/docs/", "/docs/a", "/docs/b", "/docs/deep/", "/docs/large");
    assertThat(newest()).isEqualTo(before + 1);
  }

  @Test
  void whatCannotMoveIsSaidAndNothingMoves() throws Exception {
    assertRefused("no /nothing", "mv", "/nothing", "/c");
    assertRefused("at /b", "mv", "/a", "/b");
    assertRefused("at /a", "mv", "/a", "/a");
    assertRefused("lie in itself", "mv", "/docs", "/docs/deep");
    assertRefused("lie in itself", "mv", "/docs", "/docs");
    assertRefused("top folder", "mv", "/", "/docs");
    assertRefused("no /none", "mv", "/a", "/none/c");
    assertRefused("/b is a file", "mv", "/a", "/b/c");
    assertRefused("no folder /c", "mv", "/a", "/b", "/c");
    assertRefused("at /docs/deep", "mv", "/docs/deep", "/docs");
    assertRefused("lies in another", "mv", "/docs/deep", "/docs", "/a");
  }

  @Test
  void anotherOfTheSameNameKeepsBothFromMoving() throws Exception {
    write(drive, "/docs/a", noise(5, 4));
    makeFolder(drive, "/to");

    assertRefused("at /to/a", "mv", "/b", "/a", "/docs/a", "/to");
  }

  @Test
  void aBodyThatSaysNothingSensibleIsRefused() {
    for (Object body :
        List.of(
            Map.of(),
            Map.of("sources", List.of(), "target", "/x"),
            Map.of("sources", List.of("/a")),
            Map.of("sources", "/a", "target", "/x"),
            Map.of("sources", List.of("/.."), "target", "/x"),
            Map.of("sources", List.of("/a"), "target", "/x\u202e"),
            Map.of("sources", List.of("/a"), "target", "/x", "forse", true))) {
      assertThatThrownBy(() -> agent.post("/vault/moves", body))
          .as("%s", body)
          .isInstanceOfSatisfying(
              Problem.class, e -> assertThat(e.kind()).isEqualTo(Problem.Kind.BAD_INPUT));
    }
  }
}
