package org.anonymouscloud.vault.client.cli;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
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
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.tree.VaultPath;
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
    drive = Drive.home(server.account().device(2, server.newLine()), Clock.systemUTC());
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
    assertRefused("/a is both", "mv", "/a", "/a");
    assertRefused("lie in itself", "mv", "/docs", "/docs/deep");
    assertRefused("lie in itself", "mv", "/docs", "/docs");
    assertRefused("top folder", "mv", "/", "/docs");
    assertRefused("no /none", "mv", "/a", "/none/c");
    assertRefused("/b is a file", "mv", "/a", "/b/c");
    assertRefused("no folder /c", "mv", "/a", "/b", "/c");
    assertRefused("/docs/deep is both", "mv", "/docs/deep", "/docs");
    assertRefused("lies in another", "mv", "/docs/deep", "/docs", "/a");
  }

  @Test
  void anotherOfTheSameNameKeepsBothFromMoving() throws Exception {
    write(drive, "/docs/a", noise(5, 4));
    makeFolder(drive, "/to");

    assertRefused("at /to/a", "mv", "/b", "/a", "/docs/a", "/to");
  }

  @Test
  void aCopyOfAFileIsTheSameUntilOneOfTheTwoIsWritten() throws Exception {
    JsonNode before = stat("/docs/deep/large");

    run("cp", "--json", "/docs/deep/large", "/copy");

    assertThat(terminal.json().path("sent").asLong()).isLessThanOrEqualTo(4096);
    assertThat(stat("/copy").path("id")).isEqualTo(before.path("id"));
    assertThat(stat("/copy").path("version")).isEqualTo(before.path("version"));
    write(drive, "/copy", noise(LARGE, 9));
    assertThat(tree(drive))
        .containsEntry("/docs/deep/large", hash(noise(LARGE, 1)))
        .containsEntry("/copy", hash(noise(LARGE, 9)));
  }

  @Test
  void aCopyOfAFolderHasWhatIsInItAndNoFolderOfItIsTheSame() throws Exception {
    run("cp", "-r", "--json", "/docs", "/copy");

    assertThat(terminal.json().path("sent").asLong()).isLessThanOrEqualTo(16_384);
    assertThat(tree(drive))
        .containsKeys("/docs/deep/large", "/copy/")
        .containsEntry("/copy/deep/large", hash(noise(LARGE, 1)));
    assertThat(stat("/copy").path("id")).isNotEqualTo(stat("/docs").path("id"));
    assertThat(stat("/copy/deep").path("id")).isNotEqualTo(stat("/docs/deep").path("id"));
    assertThat(stat("/copy/deep").path("modified")).isEqualTo(stat("/docs/deep").path("modified"));
    run("ls", "-R", "/");
  }

  @Test
  void aFolderOfManyPagesIsCopiedWholly() throws Exception {
    makeFolder(drive, "/many");
    try (Batch batch = drive.batch()) {
      for (int i = 0; i < 2_500; i++) {
        put(batch, "/many/" + "long ".repeat(i % 40) + i, new byte[0]);
      }
      batch.commit();
    }

    run("cp", "-r", "/many", "/docs");

    List<String> copies = below("/docs/many/");
    assertThat(copies).hasSize(2_500).isEqualTo(below("/many/"));
    write(drive, "/docs/many/zz", new byte[0]);
    run("rm", "/docs/many/0");
    assertThat(below("/docs/many/")).hasSize(2_500).contains("zz").doesNotContain("0");
  }

  private List<String> below(String folder) throws IOException {
    return tree(drive).keySet().stream()
        .filter(path -> path.startsWith(folder) && !path.equals(folder))
        .map(path -> path.substring(folder.length()))
        .toList();
  }

  @Test
  void aTreeAsDeepAsThereCanBeIsCopiedAndNoneBecomesDeeper() throws Exception {
    makeFolder(drive, "/x" + "/d".repeat(VaultPath.MAX_DEPTH - 1));

    run("cp", "-r", "/x", "/y");

    assertThat(tree(drive)).containsKey("/y" + "/d".repeat(VaultPath.MAX_DEPTH - 1) + "/");
    assertThat(terminal.run("cp", "-r", "/x", "/docs")).isEqualTo(1);
    assertThat(terminal.warnings()).singleElement().asString().contains("deeper in the vault");
  }

  @Test
  void whatCannotBeCopiedIsSaidAndNothingIs() throws Exception {
    assertRefused("'cp -r' copies it", "cp", "/docs", "/copy");
    assertRefused("'cp -r' copies it", "cp", "/docs/deep", "/deep");
    assertRefused("no /nothing", "cp", "/nothing", "/c");
    assertRefused("at /b", "cp", "/a", "/b");
    assertRefused("/a is both", "cp", "/a", "/a");
    assertRefused("lie in itself", "cp", "-r", "/docs", "/docs/deep");
    assertRefused("/ would lie in itself", "cp", "-r", "/", "/docs");
    assertRefused("both the source and the target", "mv", "-f", "/a", "/");
  }

  @Test
  void aCopyTakesTheFilesPlaceWhereThatIsMeantAndTheFileIsInTheTrash() throws Exception {
    run("cp", "--force", "/a", "/b");

    assertThat(terminal.out()).contains("'anoncloud trash restore");
    assertThat(tree(drive))
        .containsEntry("/a", hash(noise(10, 2)))
        .containsEntry("/b", hash(noise(10, 2)));
    run("trash", "restore", "/b", "--to", "/docs");
    assertThat(tree(drive)).containsEntry("/docs/b", hash(noise(10, 3)));

    run("cp", "-f", "--at", "#3", "/b", "/a");
    assertThat(tree(drive)).containsEntry("/a", hash(noise(10, 3)));
    run("cp", "-f", "/a", "/new");
    assertThat(tree(drive)).containsEntry("/new", hash(noise(10, 3)));
    assertRefused("/docs/deep is both", "cp", "-f", "-r", "/docs/deep", "/docs");
    assertRefused("/a is both", "cp", "-f", "/a", "/a");
    assertRefused("'cp -r' copies it", "cp", "-f", "/docs", "/b");
    assertRefused("at /b", "cp", "/docs/b", "/b");
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
            Map.of("sources", List.of("/a"), "target", "/x", "recursive", true),
            Map.of("sources", List.of("/a"), "target", "/x", "forse", true))) {
      assertThatThrownBy(() -> agent.post("/vault/moves", body))
          .as("%s", body)
          .isInstanceOfSatisfying(
              Problem.class, e -> assertThat(e.kind()).isEqualTo(Problem.Kind.BAD_INPUT));
    }
  }
}
