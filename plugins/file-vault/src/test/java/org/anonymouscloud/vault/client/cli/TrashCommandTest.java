package org.anonymouscloud.vault.client.cli;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.fixture.StolenDevice;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Trees;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trash by commands and through the API. */
final class TrashCommandTest {
  private static final Instant TIME = Instant.parse("2026-11-03T08:30:00Z");

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
    write(drive, "/docs/deep/f", noise(10, 1));
    write(drive, "/docs/g", noise(10, 2));
    write(drive, "/a", noise(10, 3));
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

  /** The removal that a line names which says how to undo it. */
  private String removal() {
    assertThat(terminal.out()).contains("'anoncloud trash restore ");
    return terminal.out().replaceAll("(?s).*restore ([^']*)'.*", "$1");
  }

  @Test
  void anEmptyTrashSaysSo() throws Exception {
    run("trash");
    assertThat(terminal.out()).isEqualTo("The trash is empty.\n");
    run("trash", "list", "--json");
    assertThat(terminal.json().path("things")).isEmpty();
    run("trash", "empty", "--yes");
    assertThat(terminal.out()).startsWith("Nothing was in the trash");
  }

  @Test
  void whatIsRemovedIsListedAndComesBackAsTheLineSays() throws Exception {
    var before = tree(drive);
    run("rm", "-r", "/docs", "/a");
    String removal = removal();
    assertThat(tree(drive)).isEmpty();

    run("trash", "list");
    assertThat(terminal.out().lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith(removal + "  "))
        .anyMatch(line -> line.endsWith("  /docs/"))
        .anyMatch(line -> line.endsWith("  /a"));
    run("trash", "--json");
    assertThat(terminal.json().path("things").path(0).path("removal").asText()).isEqualTo(removal);

    run("trash", "restore", removal);
    assertThat(terminal.out()).contains("Restored /docs.");
    assertThat(tree(drive)).isEqualTo(before);
  }

  @Test
  void howLongItCanBeBroughtBackIsSaid() throws Exception {
    run("rm", "/a");
    assertThat(terminal.out()).contains("brings it back, for 30 days.");
    run("drive", "retention", "--days", "0", "--weeks", "0", "--yes");

    run("rm", "/docs/g");
    assertThat(terminal.out()).contains("retention is 0 days", "for good within a day");
    write(drive, "/one", noise(10, 4));
    write(drive, "/two", noise(10, 5));
    run("mv", "--force", "/one", "/two");
    assertThat(terminal.out()).contains("retention is 0 days", "for good within a day");
    run("rm", "--json", "/two");
    assertThat(terminal.json().path("removalDays").asInt(-1)).isZero();

    run("history", "--json");
    String before = terminal.json().path("states").path(1).path("number").asText();
    run("go-back", "--yes", before);
    assertThat(terminal.out()).contains("only until that state is given back, within a day");
  }

  @Test
  void aPartOfAFolderThatWasRemovedComesBackByItsPath() throws Exception {
    run("rm", "-r", "/docs");
    run("trash", "restore", "/docs/deep/f");

    assertThat(tree(drive)).containsOnlyKeys("/a", "/docs/", "/docs/deep/", "/docs/deep/f");
    run("trash", "restore", "--to", "/here/and/there", "/docs/g");
    assertThat(tree(drive)).containsKey("/here/and/there/g");
  }

  @Test
  void aPathComesBackFromTheNewestRemovalThatHasIt() throws Exception {
    run("rm", "/a");
    String first = removal();
    write(drive, "/a", noise(20, 4));
    run("rm", "/a");

    run("trash", "restore", "/a");
    assertThat(agent.get("/vault/stat/a").path("size").asInt()).isEqualTo(20);
    run("trash", "restore", "--to", "/docs", first + "/a");
    assertThat(agent.get("/vault/stat/docs/a").path("size").asInt()).isEqualTo(10);
  }

  /** Where things are that came back, as the document says it. */
  private List<String> restored(String... things) throws Exception {
    List<String> line = new ArrayList<>(List.of("trash", "restore", "--json"));
    line.addAll(List.of(things));
    run(line.toArray(String[]::new));
    List<String> to = terminal.json().path("restored").findValuesAsText("to");
    assertThat(tree(drive)).containsKeys(to.toArray(String[]::new));
    return to;
  }

  @Test
  void whereSomethingElseIsItIsSaidWhatCameBackIsCalled() throws Exception {
    run("rm", "/a");
    write(drive, "/a", noise(20, 4));

    String second = restored("/a").getFirst();
    assertThat(second).startsWith("/a (conflict ");
    assertThat(terminal.json().path("conflicts").path(0).asText()).isEqualTo(second);
    run("rm", "/a");
    write(drive, "/a", noise(20, 5));
    run("trash", "restore", "/a");
    assertThat(terminal.out()).matches("Restored /a \\(conflict .*\\)\\.\n");
  }

  @Test
  void ofTwoThingsOfOnePathEachIsSaidToBeWhereItIs() throws Exception {
    run("rm", "/a");
    String first = removal();
    write(drive, "/a", noise(20, 4));
    run("rm", "/a");
    String second = removal();

    List<String> to = restored(first, second);

    assertThat(to).hasSize(2).first().isEqualTo("/a");
    assertThat(to.getLast()).startsWith("/a (conflict ");
    assertThat(tree(drive))
        .containsEntry("/a", hash(noise(10, 3)))
        .containsEntry(to.getLast(), hash(noise(20, 4)));
  }

  @Test
  void whatLiesInAFolderThatGotAnotherNameIsSaidToBeThere() throws Exception {
    run("rm", "/docs/g");
    String removal = removal();
    run("rm", "-r", "/docs");
    write(drive, "/docs", noise(20, 4));

    assertThat(restored(removal)).singleElement().asString().matches("/docs \\(conflict .*\\)/g");
  }

  @Test
  void foldersThatOnlyLeadToWhatWasRemovedAreNotRestoredThemselves() throws Exception {
    run("rm", "/docs/deep/f", "/docs/g");
    run("trash", "restore", "/docs");

    assertThat(terminal.out().lines())
        .containsExactly("Restored /docs/deep/f.", "Restored /docs/g.");
    assertThat(terminal.warnings()).isEmpty();
  }

  @Test
  void whatIsNotInTheTrashIsSaid() {
    run("rm", "/a");
    for (String thing : List.of("/b", "20260101T000000.000Z-00000000", removal() + "/b")) {
      assertThat(terminal.run("trash", "restore", thing)).as(thing).isEqualTo(1);
      assertThat(terminal.warnings()).singleElement().asString().contains("not in the trash");
    }
    assertThat(terminal.run("trash", "restore", "/")).isEqualTo(2);
  }

  @Test
  void whatCannotBeRemovedIsNamedAndTheRestGoes() throws Exception {
    assertThat(terminal.run("rm", "--json", "/a", "/nothing", "/docs", "/")).isEqualTo(1);

    assertThat(terminal.json().path("removed").path(0).asText()).isEqualTo("/a");
    assertThat(terminal.json().path("failed")).hasSize(3);
    assertThat(terminal.warnings())
        .anyMatch(line -> line.contains("no /nothing"))
        .anyMatch(line -> line.contains("'rm -r' removes it"))
        .anyMatch(line -> line.contains("top folder stays"));
  }

  @Test
  void whatLiesInAnotherThatIsRemovedToo() throws Exception {
    assertThat(terminal.run("rm", "-r", "/docs/deep", "/docs")).isZero();
    assertThat(tree(drive)).containsOnlyKeys("/a");
    String removal = removal();
    run("trash", "restore", removal);
    assertThat(tree(drive)).containsKeys("/docs/g");
  }

  @Test
  void whatIsDeletedForGoodIsNotInTheTrash() throws Exception {
    run("rm", "--forever", "-r", "/docs");
    assertThat(terminal.out()).isEmpty();
    assertThat(agent.delete("/vault/files/a?forever=true").has("removal")).isFalse();

    run("trash");
    assertThat(terminal.out()).isEqualTo("The trash is empty.\n");
    assertThat(tree(drive)).isEmpty();
  }

  @Test
  void aDeletionThroughTheApiGoesToTheTrash() throws Exception {
    JsonNode done = agent.delete("/vault/files/a");

    run("trash", "restore", done.path("removal").asText());
    assertThat(tree(drive)).containsKey("/a");
  }

  @Test
  void theTrashIsEmptiedOnlyIfThatIsConfirmedAndOnlyOfWhatIsOldEnough() throws Exception {
    run("rm", "/a");
    assertThat(terminal.run("trash", "empty")).isEqualTo(2);
    assertThat(terminal.warnings()).singleElement().asString().contains("--yes");
    assertThat(terminal.run("trash", "empty", "--yes", "--older-than", "soon")).isEqualTo(2);

    run("trash", "empty", "--yes", "--older-than", "30d", "--json");
    assertThat(terminal.json().path("removals").asInt()).isZero();
    run("trash", "restore", "/a");
    run("rm", "/a");
    run("trash", "empty", "--yes");
    assertThat(terminal.out()).isEqualTo("Deleted 1 removal.\n");
    run("trash");
    assertThat(terminal.out()).isEqualTo("The trash is empty.\n");
  }

  @Test
  void nobodyIsAskedWhetherToEmptyAnEmptyTrash() throws Exception {
    run("trash", "empty");
    assertThat(terminal.out()).isEqualTo("The trash is empty.\n");
    run("trash", "empty", "--json");
    assertThat(terminal.json().path("removals").asInt(-1)).isZero();

    run("rm", "/a");
    run("trash", "empty", "--older-than", "30d");
    assertThat(terminal.out()).isEqualTo("Nothing in the trash is as old as that.\n");
    terminal.answer(false);
    assertThat(terminal.run("trash", "empty")).isEqualTo(1);
    assertThat(terminal.asked()).contains("in the trash of your home?");
    terminal.answer(true);
    run("trash", "empty");
    assertThat(terminal.out()).isEqualTo("Deleted 1 removal.\n");
  }

  @Test
  void oneThingIsDeletedFromTheTrashAndTheRestStays() throws Exception {
    run("rm", "-r", "/docs", "/a");
    String removal = removal();
    assertThat(terminal.run("trash", "delete", "/a")).as("nobody says yes").isEqualTo(2);
    assertThat(terminal.warnings()).singleElement().asString().contains("--yes");

    run("trash", "delete", "--yes", removal + "/docs/deep/f");
    assertThat(terminal.out()).isEqualTo("Deleted 1 thing.\n");
    assertThat(terminal.run("trash", "delete", "--yes", removal + "/docs/deep/f")).isEqualTo(1);
    run("trash", "delete", "--yes", "/a", "--json");
    assertThat(terminal.json().path("deleted").path(0).asText()).isEqualTo(removal + "/a");

    run("trash", "restore", removal);
    assertThat(tree(drive)).containsOnlyKeys("/docs/", "/docs/deep/", "/docs/g");
    run("trash");
    assertThat(terminal.out()).isEqualTo("The trash is empty.\n");
  }

  @Test
  void aFolderWithAllThatIsInItIsDeletedFromTheTrash() throws Exception {
    run("rm", "-r", "/docs", "/a");
    run("trash", "delete", "--yes", "/docs");
    run("trash", "list", "--json");
    assertThat(terminal.json().path("things"))
        .singleElement()
        .extracting(thing -> thing.path("path").asText())
        .isEqualTo("/a");
    run("trash", "delete", "--yes", removalListed());
    run("trash", "empty", "--yes");
    assertThat(terminal.out()).as("no empty removal is left").startsWith("Nothing was in");
  }

  private String removalListed() {
    run("trash", "list", "--json");
    return terminal.json().path("things").path(0).path("removal").asText();
  }

  @Test
  void aFileThatMadeRoomComesBack() throws Exception {
    run("mv", "--force", "/a", "/docs/g");
    String removal = removal();
    assertThat(terminal.run("mv", "--force", "/docs/g", "/docs/deep")).isZero();
    assertThat(terminal.run("mv", "--force", "/docs/deep", "/docs")).isEqualTo(1);

    run("trash", "restore", removal);
    assertThat(tree(drive)).containsKeys("/docs/g", "/docs/deep/g");
  }

  @Test
  void aLongTrashIsListedInParts() throws Exception {
    for (String path : List.of("/docs/deep/f", "/docs/g", "/a")) {
      run("rm", path);
    }
    run("put", "--help");
    List<String> paths = new ArrayList<>();
    String after = "";
    do {
      JsonNode page = agent.get("/vault/trash?limit=1&after=" + VaultUrl.encoded(after));
      page.path("things").forEach(thing -> paths.add(thing.path("path").asText()));
      after = page.path("next").asText("");
    } while (!after.isEmpty() && paths.size() < 9);

    assertThat(paths).containsExactlyInAnyOrder("/docs/deep/f", "/docs/g", "/a");
  }

  @Test
  void thePathsOfTheTrashAreNoPathsOfTheDrive() throws Exception {
    run("rm", "/a");
    assertThat(terminal.run("ls", "/trash")).isEqualTo(1);
    run("ls", "-R", "/");
    assertThat(terminal.out()).doesNotContain("trash");
  }

  @Test
  void aRequestThatSaysNothingSensibleIsRefused() {
    for (Map.Entry<String, Object> ask :
        List.<Map.Entry<String, Object>>of(
            Map.entry("/vault/trash", Map.of()),
            Map.entry("/vault/trash", Map.of("paths", List.of())),
            Map.entry("/vault/trash", Map.of("paths", List.of("/a"), "forever", true)),
            Map.entry("/vault/trash/restore", Map.of("things", List.of(""))),
            Map.entry("/vault/trash/restore", Map.of("things", List.of("/a"), "to", "/..")),
            Map.entry("/vault/trash/delete", Map.of("things", List.of())),
            Map.entry("/vault/trash/delete", Map.of("things", List.of(""))),
            Map.entry("/vault/trash/empty?before=soon", Map.of()))) {
      assertThatThrownBy(() -> agent.post(ask.getKey(), ask.getValue()))
          .as("%s", ask)
          .isInstanceOfSatisfying(
              Problem.class, e -> assertThat(e.kind()).isEqualTo(Problem.Kind.BAD_INPUT));
    }
  }

  @Test
  @Tag("S4.D")
  void aTrashThatAThiefHasSpoiltIsNamedAndCanBeEmptied() throws Exception {
    try (StolenDevice thief = new StolenDevice(server.account().device(3, server.newLine()))) {
      ItemId removal = ItemId.random();
      ItemId trash = ItemId.random();
      Name name = Name.of("20260101T000000.000Z-00000000");
      Entry.File file =
          new Entry.File(Name.of("f"), ItemId.random(), TIME, false, 1, Content.EMPTY);
      Pages stolen = thief.folder(ItemId.random(), file);
      Pages inTrash =
          thief.folder(
              trash,
              new Entry.Folder(name, removal, TIME, thief.folder(removal, file)),
              new Entry.Folder(Name.of("other"), ItemId.random(), TIME, stolen),
              new Entry.File(Name.of("stray"), ItemId.random(), TIME, false, 1, Content.EMPTY));
      Pages aside =
          thief.folder(thief.aside(), new Entry.Folder(Name.of("trash"), trash, TIME, inTrash));
      thief.plant(
          new Trees(
              thief.folder(
                  thief.top(),
                  new Entry.File(Name.of("a"), ItemId.random(), TIME, false, 1, Content.EMPTY)),
              aside));
    }

    assertThat(terminal.run("trash")).isEqualTo(4);
    assertThat(terminal.out()).contains("/f\n");
    assertThat(terminal.warnings())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("Cannot read other in the trash"));
    run("trash", "restore", "/f");
    run("rm", "/a");
    run("trash", "restore", "/a");
    run("trash", "empty", "--yes");
    run("trash");
    assertThat(terminal.out()).isEqualTo("The trash is empty.\n");
    assertThat(tree(drive)).containsOnlyKeys("/a", "/f");
  }

  @Test
  @Tag("S4.D")
  void aHiddenTreeThatDoesNotOpenKeepsNobodyFromTheDriveAndIsEmptied() throws Exception {
    try (StolenDevice thief = new StolenDevice(server.account().device(3, server.newLine()))) {
      Entry.File file =
          new Entry.File(Name.of("a"), ItemId.random(), TIME, false, 1, Content.EMPTY);
      thief.plant(new Trees(thief.folder(thief.top(), file), thief.folder(ItemId.random(), file)));
    }

    run("ls", "/");
    assertThat(terminal.run("trash")).isEqualTo(4);
    assertThat(terminal.run("rm", "/a")).isEqualTo(4);
    terminal.answer(true);
    run("trash", "empty");
    assertThat(terminal.asked()).as("it may not be empty").contains("in the trash");
    run("rm", "/a");
    run("trash", "restore", "/a");
    assertThat(tree(drive)).containsOnlyKeys("/a");
  }
}
