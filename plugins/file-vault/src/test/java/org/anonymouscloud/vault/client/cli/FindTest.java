package org.anonymouscloud.vault.client.cli;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.drive.Attributes;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.Precondition;
import org.anonymouscloud.vault.client.fixture.StolenDevice;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found in the vault. */
final class FindTest {
  private static final Instant EARLY = Instant.parse("2020-05-01T00:00:00Z");
  private static final Instant LATE = Instant.parse("2026-05-01T00:00:00Z");

  @TempDir private Path folder;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
  }

  @AfterEach
  void stop() {
    agent.close();
    server.close();
  }

  private void fill() throws IOException {
    try (Drive drive = Drive.home(server.account(), Clock.systemUTC())) {
      makeFolder(drive, "/photos/2020");
      try (Batch batch = drive.batch()) {
        write(batch, "/photos/2020/a.jpg", 10, EARLY);
        write(batch, "/photos/b.jpg", 2048, LATE);
        write(batch, "/photos/jpg", 0, LATE);
        write(batch, "/c[1].txt", 1024, LATE);
        batch.commit();
      }
    }
  }

  @Test
  void whatIsInAnotherDriveIsNamedAsItCanBeTypedAgain() throws Exception {
    assertThat(terminal.run("drive", "create", "team")).isZero();
    assertThat(terminal.run("mkdir", "--json", "team:/plans")).isZero();
    assertThat(terminal.json().path("folders").path(0).asText()).isEqualTo("team:/plans");

    assertThat(found("team:/")).containsExactly("team:/plans/");
    assertThat(found("--json", "team:/")).singleElement().asString().contains("\"team:/plans\"");
    assertThat(terminal.run("stat", "--json", "team:/plans")).isZero();
    assertThat(terminal.json().path("path").asText()).isEqualTo("team:/plans");
    assertThat(terminal.run("ls", "--json", "team:/")).isZero();
    assertThat(terminal.json().path("entries").path(0).path("path").asText())
        .isEqualTo("team:/plans");
    assertThat(terminal.run("rm", "--json", "team:/plans")).isZero();
    assertThat(terminal.json().path("removed").path(0).asText()).isEqualTo("team:/plans");
  }

  private static void write(Batch batch, String path, int size, Instant time) throws IOException {
    batch.write(
        VaultPath.of(path),
        new ByteArrayInputStream(noise(size, 1)),
        new Attributes(time, false),
        new Precondition.Anything());
  }

  private List<String> found(String... arguments) {
    String[] line = new String[arguments.length + 1];
    line[0] = "find";
    System.arraycopy(arguments, 0, line, 1, arguments.length);
    assertThat(terminal.run(line)).as("%s", terminal.warnings()).isZero();
    return terminal.out().lines().toList();
  }

  @Test
  void everythingIsFoundWithItsWholePathIfNothingIsAskedFor() throws Exception {
    fill();
    assertThat(found())
        .containsExactly(
            "/c[1].txt",
            "/photos/",
            "/photos/2020/",
            "/photos/2020/a.jpg",
            "/photos/b.jpg",
            "/photos/jpg");
    assertThat(found("/photos/2020")).containsExactly("/photos/2020/a.jpg");
    assertThat(found("/photos/b.jpg", "--type", "file")).containsExactly("/photos/b.jpg");
    assertThat(found("/photos/b.jpg", "--type", "folder")).isEmpty();
  }

  @Test
  void namesArePatterns() throws Exception {
    fill();
    assertThat(found("--name", "*.jpg")).containsExactly("/photos/2020/a.jpg", "/photos/b.jpg");
    assertThat(found("--name", "?.jpg")).hasSize(2);
    assertThat(found("--name", "[b-z].jpg")).containsExactly("/photos/b.jpg");
    assertThat(found("--name", "[!b-z].jpg")).containsExactly("/photos/2020/a.jpg");
    assertThat(found("--name", "c\\[1].*")).containsExactly("/c[1].txt");
    assertThat(found("--name", "*0*0*")).containsExactly("/photos/2020/");
    assertThat(found("--name", "jp")).isEmpty();
    assertThat(found("--name", "*p*h*")).containsExactly("/photos/");
    assertThat(found("--name", "")).isEmpty();
  }

  @Test
  void sizesAndTimesAreBounds() throws Exception {
    fill();
    assertThat(found("--larger", "1k")).containsExactly("/photos/b.jpg");
    assertThat(found("--larger", "1023", "--smaller", "2k")).containsExactly("/c[1].txt");
    assertThat(found("--larger", "999999999T")).isEmpty();
    assertThat(found("--older", "2021-01-01")).containsExactly("/photos/2020/a.jpg");
    assertThat(found("--newer", "2026-04-30T23:59:59Z", "--type", "file"))
        .containsExactly("/c[1].txt", "/photos/b.jpg", "/photos/jpg");
    assertThat(found("--older", "1w", "--newer", "2026-12-31", "--type", "file")).isEmpty();
  }

  @Test
  void eachThingIsALineOfJson() throws Exception {
    fill();
    List<String> lines = found("--json", "--name", "*.jpg");
    assertThat(lines).hasSize(2).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    assertThat(lines.getFirst()).contains("\"path\":\"/photos/2020/a.jpg\"", "\"size\":10");
  }

  @Test
  void whatCannotBeAskedForIsRefused() throws Exception {
    fill();
    for (String[] wrong :
        List.of(
            new String[] {"find", "--name", "[a"},
            new String[] {"find", "--name", "a\\"},
            new String[] {"find", "--type", "socket"},
            new String[] {"find", "--larger", "many"},
            new String[] {"find", "--newer", "soon"},
            new String[] {"find", "here"})) {
      assertThat(terminal.run(wrong)).as("%s", List.of(wrong)).isEqualTo(2);
    }
    assertThat(terminal.run("find", "/nowhere")).isEqualTo(1);
  }

  @Test
  @Tag("S4.D")
  void aFolderThatCannotBeReadIsNamedAndTheRestIsFound() throws Exception {
    try (StolenDevice thief = new StolenDevice(server.account().device(2, server.newLine()))) {
      Entry.File file =
          new Entry.File(Name.of("f"), ItemId.random(), EARLY, false, 1, Content.EMPTY);
      thief.plant(
          thief.folder(
              thief.top(),
              new Entry.Folder(
                  Name.of("a"), ItemId.random(), EARLY, thief.folder(ItemId.random(), file)),
              file));
    }

    assertThat(terminal.run("find", "--type", "file")).isEqualTo(4);
    assertThat(terminal.out()).isEqualTo("/f\n");
    assertThat(terminal.warnings()).singleElement().asString().startsWith("Cannot read /a, or");
  }
}
