package org.anonymouscloud.vault.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.NotAllowed;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How commands name drives and what they copy: in one way. */
final class DriveNamesTest {
  @TempDir private Path folder;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
    run("drive", "create", "team");
    run("mkdir", "team:/a", "team:/b");
  }

  @AfterEach
  void stop() {
    agent.close();
    server.close();
  }

  private String run(String... arguments) {
    assertThat(terminal.run(arguments)).as("%s", terminal.warnings()).isZero();
    return terminal.out();
  }

  private String refused(String... arguments) {
    assertThat(terminal.run(arguments)).isEqualTo(2);
    return String.join("\n", terminal.warnings());
  }

  @Test
  void aDriveIsNamedAloneOrAsBeforeAPath() {
    for (List<String> command :
        List.of(
            List.of("history"),
            List.of("verify"),
            List.of("compact", "--dry-run"),
            List.of("trash", "list"),
            List.of("drive", "show"),
            List.of("drive", "retention"),
            List.of("drive", "heads"))) {
      String plain = run(with(command, "team"));
      assertThat(run(with(command, "team:"))).as("%s", command).isEqualTo(plain);
      assertThat(run(with(command, "team:/"))).as("%s", command).isEqualTo(plain);
    }
    assertThat(run("history", "--drive", "team")).as("as before").isEqualTo(run("history", "team"));
    assertThat(run("trash", "--drive", "team", "list")).contains("empty");
  }

  private static String[] with(List<String> command, String... more) {
    List<String> line = new ArrayList<>(command);
    line.addAll(List.of(more));
    return line.toArray(String[]::new);
  }

  @Test
  void whatACommandSaysToDoNamesTheDriveTheSameWay() {
    String said = run("rm", "team:/a");
    assertThat(said).contains("'anoncloud trash restore team:");
    String removal = said.replaceAll("(?s).*restore (team:\\S+)'.*", "$1");
    assertThat(run("trash", "list", "team")).startsWith(removal + "  ").endsWith("  team:/a/\n");
    assertThat(run("trash", "list", "team", "--json")).contains("\"team:/a\"");
    assertThat(run("trash", "restore", removal)).contains("Restored team:/a");
    run("rm", "team:/a", "team:/b");
    assertThat(run("trash", "restore", "team:/a", "--to", "team:/")).contains("Restored team:/a");
    assertThat(refused("trash", "restore", "team:/b", "--to", "/"))
        .contains("different drives", "'anoncloud get'");
    for (String command : List.of("rm", "trash restore", "trash delete")) {
      List<String> line = new ArrayList<>(List.of(command.split(" ")));
      assertThat(refused(with(line, "/b", "team:/b")))
          .contains("different drives", "one 'anoncloud " + command + "' for each drive")
          .doesNotContain("get");
    }
    assertThat(run("trash", "--drive", "team", "restore", "/b", "--to", "/")).contains("/b");
    assertThat(run("ls", "team:/")).isEqualTo("a/\nb/\n");
    run("rm", "team:/b");
    assertThat(run("trash", "empty", "--yes", "team:")).contains("Deleted");

    assertThat(run("go-back", "--yes", "1", "team"))
        .containsPattern("'anoncloud go-back \\d+ team'");
    assertThat(run("ls", "team:/")).isEqualTo("a/\nb/\n");
    assertThat(run("ls", "team:")).as("all of it").isEqualTo("a/\nb/\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "team:/a", "a/b", "/", ":/"})
  void aPathIsNoDrive(String path) {
    assertThat(refused("history", path)).contains("'anoncloud versions " + path + "'");
    assertThat(refused("drive", "show", path)).contains("'" + path + "' is a path");
    assertThat(refused("trash", "list", path)).contains("'" + path + "' is a path");
    assertThat(refused("go-back", "1", path)).contains("'" + path + "' is a path");
  }

  @ParameterizedTest
  @ValueSource(strings = {"put", "get", "cp", "mv"})
  void whatCopiesOrMovesHasOneForm(String command) {
    String help = run(command, "--help");
    assertThat(help.replaceAll("\\s+", " "))
        .containsPattern("Usage: .*" + command + " .* SOURCE\\.\\.\\. TARGET ")
        .doesNotContain("DEST");
    assertThat(refused(command, "/a")).contains("Missing required parameter: TARGET");
    assertThat(refused(command)).contains("SOURCE... TARGET");
  }

  @Test
  void theHistoryNamesTheOtherMemberWhoWrote() throws Exception {
    TestAccount bob = TestAccount.of(2, server.newLine(2));
    server.account().befriend("bob", bob);
    bob.befriend("alice", server.account());
    run("drive", "share", "team", "with", "bob");
    try (Drives his = new Drives(bob, Clock.systemUTC())) {
      DriveFiles.makeFolder(his.find("team"), "/his");
    }

    assertThat(run("history", "team").lines().findFirst().orElseThrow()).endsWith("  bob");
    run("history", "team", "--json");
    JsonNode states = terminal.json().path("states");
    assertThat(states.path(0).path("by").asText()).isEqualTo("bob");
    assertThat(states.path(0).path("account").asText()).isEqualTo(bob.account().toString());
    assertThat(states.path(states.size() - 1).has("by")).as("one's own").isFalse();
    assertThat(states.path(states.size() - 1).path("account").asText())
        .isEqualTo(server.account().account().toString());
  }

  @Test
  void theHomeIsSharedOnlyIfThatIsMeant() throws Exception {
    TestAccount bob = TestAccount.of(2, server.newLine(2));
    server.account().befriend("bob", bob);
    assertThat(run("drive", "show", "home"))
        .as("nothing was put there")
        .startsWith("home  0 bytes");

    assertThat(refused("drive", "share", "home", "with", "bob")).contains("--yes");
    terminal.answer(false);
    assertThat(terminal.run("drive", "share", "home", "with", "bob")).isEqualTo(1);
    assertThat(terminal.asked()).contains("all that is in it", "'anoncloud drive create NAME'");
    assertThat(run("drive", "list")).doesNotContain("2 members");
    run("drive", "share", "team", "with", "bob");
    assertThat(terminal.asked()).as("of another drive nobody asks").isEmpty();

    assertThat(terminal.run("drive", "share", "home", "with", "bob", "--yes")).isEqualTo(1);
    assertThat(terminal.warnings()).singleElement().asString().contains("put something there");
    run("mkdir", "/a");
    run("drive", "share", "home", "with", "bob", "--read", "--yes");
    assertThat(run("drive", "list")).containsPattern("home +own +2 members +you pay ");
  }

  @Test
  void whoPaysCannotLeaveAndIsToldWhatToDo() throws Exception {
    assertThat(terminal.run("drive", "leave", "team", "--yes")).isEqualTo(1);
    assertThat(terminal.warnings()).singleElement().asString().contains("'anoncloud drive delete'");

    TestAccount bob = TestAccount.of(2, server.newLine(2));
    server.account().befriend("bob", bob);
    bob.befriend("alice", server.account());
    run("drive", "share", "team", "with", "bob", "--own");
    assertThat(terminal.run("drive", "leave", "team", "--yes")).isEqualTo(1);
    assertThat(terminal.warnings()).singleElement().asString().contains("quota DRIVE --pay'");
    assertThat(run("drive", "show", "team")).contains("bob");

    TestAgent his = new TestAgent(bob);
    his.put("/vault/drives/team/quota?pay=true", Map.of());
    run("drive", "leave", "team", "--yes");
    assertThat(run("drive", "list")).doesNotContain("team");
    his.close();
  }

  @Test
  void whoOnlyWritesDoesNotSayHowLongStatesStay() throws Exception {
    TestAccount bob = TestAccount.of(2, server.newLine(2));
    server.account().befriend("bob", bob);
    bob.befriend("alice", server.account());
    run("drive", "share", "team", "with", "bob");
    try (Drives his = new Drives(bob, Clock.systemUTC())) {
      Drive team = his.find("team");
      DriveFiles.makeFolder(team, "/his");
      assertThatThrownBy(() -> team.retain(0, 0)).isInstanceOf(NotAllowed.class);
      assertThat(team.kept().days()).isEqualTo(30);
    }
    run("drive", "share", "team", "with", "bob", "--read");
    try (Drives his = new Drives(bob, Clock.systemUTC())) {
      Drive team = his.find("team");
      assertThatThrownBy(() -> team.goBack(0, false, false)).isInstanceOf(NotAllowed.class);
      assertThatThrownBy(() -> team.retain(0, 0)).hasMessageContaining("Only an owner");
    }
    assertThat(terminal.run("drive", "delete", "team", "--yes")).isEqualTo(1);
    assertThat(String.join("\n", terminal.warnings())).contains("Take them out first");
    try (TestAgent his = new TestAgent(bob)) {
      assertThatThrownBy(() -> his.delete("/vault/drives/team"))
          .hasMessageContaining("Only an owner")
          .hasMessageContaining("'anoncloud drive leave'");
    }
    assertThat(run("drive", "show", "team")).contains("bob");
  }

  @Test
  void aDrivesNameIsNoOption() {
    assertThat(refused("drive", "create", "--", "-x")).contains("no dash as the first", "options");
    assertThat(refused("drive", "rename", "team", "--", "-x")).contains("no dash as the first");
    run("drive", "create", "x-");
  }

  @ParameterizedTest
  @ValueSource(strings = {" x", "x ", "\tx", "x\u00a0", "\u3000x", " "})
  void aDrivesNameHasNoBlanksAtItsEnds(String name) {
    assertThat(refused("drive", "create", name)).contains("no blanks at its ends");
    assertThat(refused("drive", "rename", "team", name)).contains("no blanks at its ends");
    assertThat(run("drive", "list")).contains("team").hasLineCount(2);
  }

  @Test
  void theHistoryNamesAlsoWhoIsNoMemberAnyMore() throws Exception {
    TestAccount bob = TestAccount.of(2, server.newLine(2));
    TestAccount carol = TestAccount.of(3, server.newLine(3));
    for (TestAccount other : List.of(bob, carol)) {
      server.account().befriend(other == bob ? "bob" : "carol", other);
      other.befriend("alice", server.account());
      run("drive", "share", "team", "with", other == bob ? "bob" : "carol");
      try (Drives theirs = new Drives(other, Clock.systemUTC())) {
        DriveFiles.write(theirs.find("team"), other == bob ? "/his" : "/hers", new byte[10]);
      }
      run("drive", "unshare", "team", other == bob ? "bob" : "carol");
    }
    server.account().forget("carol");
    String hers = "account %.8s (not a member any more)".formatted(carol.account());

    assertThat(run("history", "team"))
        .containsPattern("  bob \\(not a member any more\\)\n")
        .contains("  " + hers + "\n");
    assertThat(run("versions", "team:/his")).contains("  bob (not a member any more)");
    assertThat(run("versions", "team:/hers")).contains("  " + hers);
    run("versions", "team:/his", "--json");
    JsonNode version = terminal.json().path("versions").path(0);
    assertThat(version.path("member").asBoolean(true)).isFalse();
    assertThat(version.path("account").asText()).isEqualTo(bob.account().toString());
    run("history", "team", "--json");
    assertThat(terminal.json().path("states").path(0).has("member")).as("one's own").isTrue();
  }

  @Test
  void goingBackIsAskedForUnlessItIsSaid() {
    run("rm", "team:/a");
    assertThat(refused("go-back", "1", "team")).contains("--yes");
    terminal.answer(false);
    assertThat(terminal.run("go-back", "1", "team")).isEqualTo(1);
    assertThat(terminal.warnings()).containsExactly("Nothing was done.");
    assertThat(terminal.asked())
        .contains("'team'", "all who use it", "state 1", "its trash", "Go back?");
    assertThat(run("ls", "team:/")).isEqualTo("b/\n");

    terminal.answer(true);
    assertThat(run("go-back", "1", "team")).contains("undoes this");
    assertThat(run("ls", "team:/")).isEqualTo("a/\nb/\n");
    run("go-back", "--yes", "2", "team");
    assertThat(terminal.asked()).isEmpty();
  }

  @Test
  void whatIsSaidOfANewDriveCanBeTyped() {
    assertThat(run("drive", "create", "my team")).contains("'anoncloud put FILE \"my team:/\"'");
    assertThat(run("drive", "create", "t\u00e9am_2"))
        .contains("'anoncloud put FILE t\u00e9am_2:/'");
    run("drive", "quota", "team", "1k");
    assertThat(terminal.warnings()).singleElement().asString().contains("takes more than that");
  }

  @Test
  void howADriveIsSharedIsSaidWhereAWordIsMissing() {
    for (String[] line :
        new String[][] {
          {"drive", "share"},
          {"drive", "share", "team"},
          {"drive", "share", "team", "to", "bob"},
          {"drive", "share", "team", "with"},
          {"drive", "share", "team", "with", "bob", "carol"}
        }) {
      assertThat(refused(line)).contains("'anoncloud drive share DRIVE with PERSON'");
      line[1] = "unshare";
      assertThat(refused(line)).contains("'anoncloud drive unshare DRIVE with PERSON'");
    }
    for (String other : List.of("--read", "--write")) {
      assertThat(refused("drive", "share", "team", "with", "bob", other, "--own"))
          .contains("one of --read, --write and --own");
    }
    assertThat(run("drive", "share", "--help")).contains("DRIVE with PERSON");
    assertThat(run("drive", "unshare", "--help")).contains("DRIVE with PERSON");
  }

  @Test
  void theWordBetweenDriveAndPersonMayBeLeftOutInBoth() {
    TestAccount bob = TestAccount.of(2, server.newLine(2));
    server.account().befriend("bob", bob);
    bob.befriend("alice", server.account());

    assertThat(run("drive", "share", "team", "bob", "--read")).contains("bob");
    assertThat(run("drive", "unshare", "team", "with", "bob")).doesNotContain("bob");
    assertThat(run("drive", "share", "team", "with", "bob")).contains("bob");
    assertThat(run("drive", "unshare", "team", "bob")).doesNotContain("bob");
  }

  @Test
  void whatAMemberMayDoStaysUnlessItIsSaid() throws Exception {
    TestAccount bob = TestAccount.of(2, server.newLine(2));
    server.account().befriend("bob", bob);
    bob.befriend("alice", server.account());
    run("drive", "share", "team", "with", "bob");
    assertThat(run("drive", "show", "team")).containsPattern("bob +write ");

    for (String right : List.of("own", "read", "write")) {
      assertThat(run("drive", "share", "team", "with", "bob", "--" + right))
          .containsPattern("bob +" + right + " ")
          .doesNotContain("stays");
      assertThat(run("drive", "share", "team", "with", "bob"))
          .contains("'bob' uses the drive already", "stays as it is: " + right + ".", "--write")
          .containsPattern("bob +" + right + " ");
    }
    run("drive", "share", "team", "with", "bob", "--json");
    assertThat(terminal.json().path("stays").asText()).isEqualTo("write");
  }

  @Test
  void aStateIsNamedByItsNumberWithOrWithoutItsSign() {
    run("rm", "team:/a");

    assertThat(run("go-back", "--yes", "#1", "team")).contains("as it was in state 1.");
    assertThat(run("trash", "list", "team")).isEqualTo("team: The trash is empty.\n");
    assertThat(run("history", "--from", "#1", "team"))
        .isEqualTo(run("history", "team", "--from", "1"));
    assertThat(terminal.warnings()).isEmpty();
    String all = run("history", "team");
    assertThat(run("history", "team", "--from", "99")).isEqualTo(all);
    String newest = all.strip().replaceFirst("(?s) .*", "");
    assertThat(terminal.warnings())
        .containsExactly("team: There is no state 99; this begins with state " + newest + ".");
  }

  @Test
  void theCommandAloneLists() {
    assertThat(run("drive")).isEqualTo(run("drive", "list")).contains("team");
    assertThat(run("drive", "--json"))
        .isEqualTo(run("drive", "list", "--json"))
        .contains("\"team\"");
  }

  @Test
  void oneselfIsToldFromAStranger() {
    String own = server.account().user().text();

    assertThat(terminal.run("drive", "share", "team", "with", own)).isOne();
    assertThat(terminal.warnings())
        .singleElement()
        .asString()
        .contains("'" + own + "' is you", "use this drive already")
        .doesNotContain("contact add");
    for (String name : List.of(own, server.account().account().toString())) {
      assertThat(terminal.run("drive", "unshare", "team", "with", name)).isOne();
      assertThat(terminal.warnings().getLast()).contains("That is you", "'anoncloud drive leave'");
    }
    assertThat(terminal.run("drive", "unshare", "team", "with", "nobody")).isOne();
    assertThat(terminal.warnings().getLast())
        .contains("'nobody' is no member of this drive;", "'anoncloud drive show'")
        .doesNotContain("yourself", "leave");
  }

  /** What a document says of a path, wherever it does, can be typed again. */
  private void assertNames(List<String> fields, String... command) throws Exception {
    run(with(List.of(command), "--json"));
    JsonNode document = terminal.json();
    for (String field : fields) {
      assertThat(document.findValues(field)).as("%s of %s", field, document).isNotEmpty();
      for (JsonNode value : document.findValues(field)) {
        for (JsonNode one : value.isArray() ? value : List.of(value)) {
          assertThat(one.asText()).as("%s of %s", field, document).matches("[+~-]?team:.+");
        }
      }
    }
    assertThat(document.toString()).doesNotContain("\"/");
  }

  @Test
  void pathsInDocumentsNameAnotherDriveThanTheHome() throws Exception {
    try (Drives mine = new Drives(server.account(), Clock.systemUTC())) {
      DriveFiles.write(mine.find("team"), "/f", new byte[10]);
      DriveFiles.write(mine.find("team"), "/i", new byte[20]);
      DriveFiles.write(mine.find("home"), "/f", new byte[10]);
    }
    assertNames(List.of("from", "to"), "mv", "team:/f", "team:/g");
    assertNames(List.of("path"), "versions", "team:/g");
    assertNames(List.of("from", "to"), "cp", "team:/g", "team:/h");
    assertNames(List.of("from", "to", "removal"), "mv", "-f", "team:/i", "team:/g");
    assertNames(List.of("from", "path", "removal"), "restore", "team:/f", "--to", "team:/g");
    assertNames(List.of("removed", "removal"), "rm", "team:/g");
    assertNames(List.of("path", "removal"), "trash", "list", "team");
    assertNames(List.of("from", "to"), "trash", "restore", "team:/g");
    assertNames(List.of("from", "to", "paths"), "history", "team", "--changes");
    run("rm", "team:/g");
    assertNames(List.of("deleted"), "trash", "delete", "--yes", "team:/g");

    for (List<String> line :
        List.of(List.of("versions", "/f"), List.of("mv", "/f", "/g"), List.of("history"))) {
      assertThat(run(with(line, "--json"))).doesNotContain("home:");
    }
  }

  @Test
  void whatIsDoneWithAWholeDriveNamesIt() {
    for (List<String> command :
        List.of(
            List.of("compact"),
            List.of("verify"),
            List.of("drive", "retention"),
            List.of("trash", "list"),
            List.of("trash", "empty"),
            List.of("trash", "empty", "--yes"))) {
      assertThat(run(with(command, "team")).lines())
          .as("%s", command)
          .isNotEmpty()
          .allMatch(line -> line.startsWith("team: "));
      assertThat(run(with(command))).as("%s", command).doesNotContain("home");
      assertThat(run(with(command, "home"))).as("%s", command).doesNotContain("home");
    }
    assertThat(run("go-back", "--yes", "1", "team")).startsWith("team: ");
    run("drive", "create", "new");
    assertThat(run("history", "new")).startsWith("new: ");
  }

  @Test
  void drivesAreListedByNameAfterTheHome() throws Exception {
    for (String name : List.of("zoo", "Attic", "garden", "bees")) {
      run("drive", "create", name);
    }
    List<String> order = List.of("home", "Attic", "bees", "garden", "team", "zoo");

    assertThat(run("drive", "list").lines().map(line -> line.replaceFirst(" .*", "")))
        .containsExactlyElementsOf(order);
    for (String command : List.of("drive list", "df")) {
      run(with(List.of(command.split(" ")), "--json"));
      assertThat(terminal.json().path("drives").findValuesAsText("name"))
          .as(command)
          .containsExactlyElementsOf(order);
    }
  }
}
