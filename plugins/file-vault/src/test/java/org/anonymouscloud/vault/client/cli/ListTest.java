package org.anonymouscloud.vault.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What 'ls' shows of several paths, and what a script reads where something fails. */
final class ListTest {
  @TempDir private Path folder;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
    try (Drive drive =
        Drive.home(server.account().device(2, server.newLine()), Clock.systemUTC())) {
      DriveFiles.makeFolder(drive, "/docs/deep");
      DriveFiles.makeFolder(drive, "/empty");
      DriveFiles.write(drive, "/docs/f", "in it".getBytes(UTF_8));
      DriveFiles.write(drive, "/a", "one".getBytes(UTF_8));
    }
    assertThat(terminal.run("drive", "create", "team")).isZero();
    assertThat(terminal.run("mkdir", "team:/x")).isZero();
  }

  @AfterEach
  void stop() {
    agent.close();
    server.close();
  }

  @Test
  void ofSeveralPathsFilesComeFirstAndEachFolderHasAHeading() {
    assertThat(terminal.run("ls", "/docs", "/a", "/empty", "/docs/f", "team:/")).isZero();

    assertThat(terminal.out())
        .isEqualTo("/a\n/docs/f\n\n/docs:\ndeep/\nf\n\n/empty:\n\nteam:/:\nx/\n");
    assertThat(terminal.run("ls", "-R", "/docs", "/empty")).isZero();
    assertThat(terminal.out()).isEqualTo("/docs:\ndeep/\nf\n\n/empty:\n");
  }

  @Test
  void aPathThatIsNotThereKeepsTheOthersFromNothing() {
    assertThat(terminal.run("ls", "/none", "/a", "/empty")).isEqualTo(1);

    assertThat(terminal.out()).isEqualTo("/a\n\n/empty:\n");
    assertThat(terminal.warnings()).singleElement().asString().contains("no /none in the vault");
  }

  @Test
  void severalPathsAreOneDocument() {
    assertThat(terminal.run("ls", "--json", "/docs", "/none", "team:/x", "/a")).isEqualTo(1);

    JsonNode listed = terminal.json().path("listed");
    assertThat(listed)
        .extracting(one -> one.path("path").asText())
        .containsExactly("/a", "/docs", "team:/x");
    assertThat(listed.path(1).path("entries"))
        .extracting(one -> one.path("path").asText())
        .containsExactly("/docs/deep", "/docs/f");
    assertThat(terminal.json().path("failed").path(0).asText()).contains("no /none in the vault");
    assertThat(terminal.json().path("failed")).hasSize(1);
  }

  @Test
  void whatFailsWhollyIsADocumentToo() {
    for (String[] line :
        new String[][] {
          {"ls", "--json", "/none"},
          {"stat", "--json", "/none"},
          {"tree", "--json", "/none"},
          {"du", "--json", "/none"},
          {"mv", "--json", "/none", "/other"},
          {"cp", "--json", "/none", "/other"},
          {"versions", "--json", "/none"},
          {"drive", "show", "--json", "none"}
        }) {
      assertThat(terminal.run(line)).as(line[0]).isEqualTo(1);
      assertThat(terminal.json().path("failed")).as(line[0]).hasSize(1);
      assertThat(terminal.json().path("failed").path(0).asText())
          .contains("none")
          .isEqualTo(terminal.warnings().getLast());
    }
  }
}
