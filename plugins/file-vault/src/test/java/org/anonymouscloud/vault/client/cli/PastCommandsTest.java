package org.anonymouscloud.vault.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.discard;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.remove;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.fixture.StolenDevice;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was, by commands and through the API. */
final class PastCommandsTest {
  @TempDir private Path folder;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;
  private Drive drive;

  /** Written two days ago; the rest now. */
  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder.resolve("server"));
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
    Clock then = Clock.offset(Clock.systemUTC(), Duration.ofDays(-2));
    try (Drive early = Drive.home(server.account().device(2, server.newLine()), then)) {
      makeFolder(early, "/docs");
      put(early, "/docs/f", "old");
      put(early, "/docs/gone", "gone");
    }
    drive = Drive.home(server.account().device(3, server.newLine()), Clock.systemUTC());
    put(drive, "/docs/f", "newer");
    remove(drive, "/docs/gone");
    put(drive, "/later", "x");
  }

  private static void put(Drive drive, String path, String content) throws IOException {
    write(drive, path, content.getBytes(UTF_8));
  }

  @AfterEach
  void stop() {
    drive.close();
    agent.close();
    server.close();
  }

  private String run(String... arguments) {
    assertThat(terminal.run(arguments)).as("%s", terminal.warnings()).isZero();
    return terminal.out();
  }

  private String refused(int exitCode, String... arguments) {
    assertThat(terminal.run(arguments)).isEqualTo(exitCode);
    return String.join("\n", terminal.warnings());
  }

  @Test
  void everyCommandThatReadsShowsWhatWas() throws Exception {
    for (String at :
        List.of("1d", "24h", "#2", "2", Instant.now().minusSeconds(90_000).toString())) {
      assertThat(run("ls", "--at", at, "/docs")).isEqualTo("f\ngone\n");
      assertThat(run("ls", "-R", "--at", at)).isEqualTo("docs/\ndocs/f\ndocs/gone\n");
      assertThat(run("cat", "--at", at, "/docs/f", "/docs/gone")).isEqualTo("oldgone");
    }
    assertThat(run("ls")).isEqualTo("docs/\nlater\n");
    assertThat(run("tree", "--at", "1d")).contains("gone").endsWith("1 folder, 2 files\n");
    assertThat(run("du", "--at", "1d")).isEqualTo("7 bytes in 2 files\n");
    assertThat(run("find", "--at", "1d", "--name", "g*")).isEqualTo("/docs/gone\n");
    assertThat(run("find", "--name", "g*")).isEmpty();
    assertThat(run("stat", "--at", "1d", "/docs/gone")).contains("size: 4");
    Path whole = folder.resolve("whole");
    run("get", "-r", "--at", "1d", "/docs", whole.toString());
    assertThat(whole.resolve("f")).hasContent("old");
    assertThat(whole.resolve("gone")).hasContent("gone");
    run("get", "--at", "#1", "/docs/f", folder.resolve("f").toString());
    assertThat(folder.resolve("f")).hasContent("old");
    run("ls", "--json", "--at", "1d", "/docs");
    assertThat(terminal.json().path("entries")).hasSize(2);
  }

  @Test
  void aTimeThatIsNoneOrTooEarlyIsSaidToBe() {
    assertThat(refused(2, "ls", "--at", "yesterday")).contains("2026-11-03").contains("yesterday");
    assertThat(refused(2, "ls", "--at", "#x")).contains("#17");
    assertThat(refused(1, "ls", "--at", "99")).contains("no state 99");
    assertThat(refused(1, "ls", "--at", "2020-01-01")).contains("the oldest that is whole is of");
    assertThat(refused(1, "ls", "--at", "#99")).contains("no state 99").contains("history");
    assertThat(refused(1, "cat", "--at", "#0", "/docs/f"))
        .contains("There was no /docs/f in the vault then", "versions");
  }

  @Test
  void aTimeToComeIsRefusedWithTheTimeOfTheNewestState() throws Exception {
    String newest = ShownTime.of(drive.snapshot().state().orElseThrow().since());
    String tomorrow = LocalDate.now(ZoneId.systemDefault()).plusDays(1).toString();
    for (String to : List.of(tomorrow, Instant.now().plusSeconds(90).toString())) {
      for (List<String> line :
          List.of(
              List.of("ls", "--at", to),
              List.of("cat", "--at", to, "/later"),
              List.of("get", "-r", "--at", to, "/", folder.resolve("never").toString()),
              List.of("find", "--at", to),
              List.of("cp", "--at", to, "/later", "/never"),
              List.of("restore", "--at", to, "/later"))) {
        assertThat(refused(1, line.toArray(String[]::new)))
            .as("%s", line)
            .contains("still to come")
            .contains(newest);
      }
    }
    assertThat(run("ls", "--at", newest)).as("what is told can be typed").contains("later");
    assertThat(run("ls", "--at", Instant.now().plusSeconds(30).toString())).contains("later");
  }

  @Test
  void aDateIsTheEndOfThatDay() throws Exception {
    String today = Instant.now().atZone(ZoneId.systemDefault()).toLocalDate().toString();
    assertThat(run("ls", "--at", today)).isEqualTo("docs/\nlater\n");
  }

  @Test
  void everyRouteThatReadsSaysWhichStateItWas() throws Exception {
    for (String url :
        List.of(
            "/vault/files/docs", "/vault/files/docs/f", "/vault/trees/docs", "/vault/found/docs")) {
      HttpURLConnection asked =
          (HttpURLConnection) agent.url(url + "?at=2").toURL().openConnection();
      assertThat(asked.getResponseCode()).isEqualTo(200);
      assertThat(asked.getHeaderField("AnonymousCloud-State")).as(url).isEqualTo("2");
      assertThat(asked.getHeaderField("AnonymousCloud-State-Since"))
          .as(url)
          .isLessThan(Instant.now().minusSeconds(86_400).toString());
      asked.disconnect();
    }
    for (String bad : List.of("", "x", "-1", "2026-11-03", "99999999999999999999")) {
      assertThatExceptionOfType(Problem.class)
          .isThrownBy(() -> agent.get("/vault/files/docs?at=" + bad))
          .matches(problem -> problem.kind() == Problem.Kind.BAD_INPUT);
    }
  }

  @Test
  void aCopyOfWhatWasIsThereNow() throws Exception {
    run("cp", "--at", "1d", "/docs/gone", "/docs/f", "/");
    assertThat(read(drive, "/gone")).asString().isEqualTo("gone");
    assertThat(read(drive, "/f")).asString().isEqualTo("old");
    run("cp", "-r", "--at", "1d", "/docs", "/all");
    assertThat(tree(drive)).containsKeys("/all/f", "/all/gone");
    assertThat(refused(1, "cp", "/docs/gone", "/again")).contains("no /docs/gone");
    assertThatExceptionOfType(Problem.class)
        .isThrownBy(
            () ->
                agent.post(
                    "/vault/moves",
                    Map.of("sources", List.of("/later"), "target", "/l", "at", "1")))
        .matches(problem -> problem.kind() == Problem.Kind.BAD_INPUT);
  }

  @Test
  void versionsAreListedTheNewestFirstAndOneComesBack() throws Exception {
    assertThat(run("versions", "/docs/f").lines())
        .hasSize(2)
        .anyMatch(line -> line.matches("\\* +3  .* 5  .*"))
        .anyMatch(line -> line.matches("  +1  .* 3  .*"));
    run("versions", "--json", "/docs/f");
    JsonNode versions = terminal.json().path("versions");
    assertThat(versions.findValues("state")).extracting(JsonNode::asInt).containsExactly(3, 1);
    assertThat(versions.path(1).path("device").asText())
        .isEqualTo(server.account().device(2, server.newLine()).device().toString());

    assertThat(run("restore", "--version", "1", "/docs/f"))
        .contains("/docs/f is as it was in state 1 of ")
        .contains("went to the trash");
    assertThat(read(drive, "/docs/f")).asString().isEqualTo("old");
    assertThat(run("restore", "--version", "1", "/docs/f")).contains("nothing was changed");
    assertThat(run("trash", "list")).contains("/docs/f");
    run("versions", "--json", "--limit", "1", "/docs/f");
    assertThat(terminal.json().path("versions")).hasSize(1);
    assertThat(terminal.json().has("next")).isTrue();
    assertThat(run("versions", "/docs/gone")).doesNotContain("*");
    assertThat(refused(1, "versions", "/never")).contains("/never").contains("history");
    assertThat(refused(1, "versions", "/")).contains("history");
  }

  private String versions(String... arguments) {
    String[] line = new String[arguments.length + 2];
    line[0] = "versions";
    line[1] = "--json";
    System.arraycopy(arguments, 0, line, 2, arguments.length);
    run(line);
    StringBuilder told = new StringBuilder();
    for (JsonNode version : terminal.json().path("versions")) {
      told.append(version.path("state").asLong()).append(version.path("path").asText());
      if (version.has("moved")) {
        told.append('<').append(version.path("moved").path("path").asText());
      }
      told.append(' ');
    }
    return told.toString().strip();
  }

  @Test
  void aFileIsFollowedToWhereItWasBeforeItWasMoved() throws Exception {
    run("mv", "/docs/f", "/docs/g"); // state 6
    put(drive, "/docs/g", "newest"); // 7
    put(drive, "/docs/f", "another"); // 8
    run("mv", "/docs", "/papers"); // 9
    put(drive, "/papers/g", "last"); // 10

    assertThat(versions("/papers/g"))
        .isEqualTo("10/papers/g 9/papers/g</docs/g 7/docs/g 6/docs/g</docs/f 3/docs/f 1/docs/f");
    assertThat(versions("/papers/f")).isEqualTo("9/papers/f</docs/f 8/docs/f");
    assertThat(versions("/docs/f")).isEqualTo("8/docs/f 3/docs/f 1/docs/f");
    assertThat(versions("--limit", "3", "/papers/g"))
        .isEqualTo("10/papers/g 9/papers/g</docs/g 7/docs/g");
    assertThat(terminal.json().path("next").asLong()).isEqualTo(6);
    assertThat(run("versions", "/papers/g").lines())
        .hasSize(6)
        .anyMatch(line -> line.matches("  +9  .* 6  .*  moved from /docs/g"))
        .anyMatch(line -> line.matches("  +6  .* 5  .*  as /docs/g  moved from /docs/f"))
        .anyMatch(line -> line.matches("  +1  .* 3  .*  as /docs/f"));
    run("restore", "--version", "1", "/docs/f", "--to", "/papers/g");
    assertThat(read(drive, "/papers/g")).asString().isEqualTo("old");
    run("restore", "--version", "7", "/papers/g");
    assertThat(read(drive, "/papers/g")).as("it is followed").asString().isEqualTo("newest");
  }

  /** The numbers of the states that are listed. */
  private List<String> states(String path) {
    run("versions", path);
    return terminal.out().lines().map(line -> line.substring(1).strip().split(" ")[0]).toList();
  }

  @Test
  void aVersionThatWasThereAgainIsListedEachTime() throws Exception {
    List<String> before = states("/docs/f");
    run("go-back", "--yes", before.getLast());
    List<String> after = states("/docs/f");
    assertThat(after).hasSize(before.size() + 1).endsWith(before.toArray(String[]::new));
    assertThat(terminal.out().lines().filter(line -> line.startsWith("*"))).as("now").hasSize(1);
    assertThat(terminal.out()).startsWith("*");
  }

  @Test
  void whatWasMovedAwayAndBackIsListedOnceForEachPlace() throws Exception {
    run("mv", "/docs/f", "/there");
    run("mv", "/there", "/docs/f");
    run("mv", "/docs/f", "/there");
    put(drive, "/there", "newest");
    run("mv", "/there", "/docs/f");
    assertThat(states("/docs/f")).doesNotHaveDuplicates().hasSizeBetween(5, 7);
  }

  @Test
  void whatWasAtThePathBeforeSomethingWasMovedThereStaysInTheList() throws Exception {
    put(drive, "/docs/f.tmp", "saved by an editor"); // 6
    run("mv", "--force", "/docs/f.tmp", "/docs/f"); // 7
    put(drive, "/docs/f.tmp", "and once more"); // 8
    run("mv", "--force", "/docs/f.tmp", "/docs/f"); // 9

    assertThat(versions("/docs/f"))
        .isEqualTo(
            "9/docs/f</docs/f.tmp 8/docs/f.tmp 7/docs/f</docs/f.tmp 6/docs/f.tmp 3/docs/f"
                + " 1/docs/f");
    assertThat(refused(2, "versions", "/docs/f", "--limit", "0")).contains("--limit");
    assertThatExceptionOfType(Problem.class)
        .isThrownBy(() -> agent.get("/vault/versions/docs/f?id=7"))
        .withMessageContaining("32 digits");
  }

  @Test
  void whatIsGoneComesBackAsItWasLast() throws Exception {
    assertThat(run("restore", "/docs/gone"))
        .contains("/docs/gone is as it was last, in state 3 of ");
    assertThat(read(drive, "/docs/gone")).asString().isEqualTo("gone");
    discard(drive, "/docs");
    run("restore", "--json", "/docs", "--to", "/back");
    assertThat(terminal.json().path("restored").asBoolean()).isTrue();
    assertThat(tree(drive)).containsKeys("/back/f", "/back/gone");
    assertThat(refused(2, "restore", "/back")).contains("versions");
    assertThat(refused(1, "restore", "/never")).contains("/never");
    assertThat(refused(1, "restore", "--at", "#3", "/docs", "--to", "/back")).contains("--to");
    assertThat(refused(2, "restore", "--at", "1d", "--version", "2", "/docs")).isNotEmpty();
    assertThat(refused(2, "restore", "/docs", "--to", "other:/x")).contains("different drives");
  }

  @Test
  void theHistorySaysWhatEachStateChangedAndWhatWasGivenBack() throws Exception {
    run("history", "--changes", "--json");
    JsonNode states = terminal.json().path("states");
    assertThat(states.path(0).path("changes").path("paths").path(0).asText()).isEqualTo("+/later");
    assertThat(states.path(1).path("changes").path("paths").path(0).asText())
        .isEqualTo("-/docs/gone");
    assertThat(states.path(2).path("changes").path("changed").asInt()).isEqualTo(1);
    assertThat(states.path(5).path("changes").path("added").asInt()).isEqualTo(1);
    run("history", "--json", "--limit", "2");
    assertThat(terminal.json().path("states").path(0).has("changes")).isFalse();

    try (StolenDevice device = new StolenDevice(server.account().device(4, server.newLine()))) {
      device.keep(new KeptStates(Instant.now(), 30, 52, 4, List.of()));
    }
    run("history", "--json", "--changes");
    states = terminal.json().path("states");
    assertThat(states.findValues("givenBack"))
        .extracting(JsonNode::asBoolean)
        .containsExactly(false, false, false, true, true, true, true);
    assertThat(states.path(1).has("changes")).isTrue();
    assertThat(states.path(2).has("changes")).as("what was before is not known").isFalse();
    assertThat(refused(1, "go-back", "--yes", "1")).contains("given back").contains("history");
    assertThat(refused(1, "ls", "--at", "#1")).contains("given back");
  }

  @Test
  void theHistorySaysWhatWasAddedChangedRemovedAndMoved() throws Exception {
    run("mv", "/docs", "/papers");
    put(drive, "/papers/new", "x");
    run("mv", "--force", "/papers/new", "/papers/f");
    run("rm", "-r", "/papers");

    List<String> lines = run("history", "--changes", "--limit", "5").lines().toList();
    assertThat(lines.get(1).strip()).isEqualTo("1 removed:  -/papers");
    assertThat(lines.get(3).strip())
        .isEqualTo("1 removed, 1 moved:  /papers/new -> /papers/f  -/papers/f");
    assertThat(lines.get(5).strip()).isEqualTo("1 added:  +/papers/new");
    assertThat(lines.get(7).strip()).isEqualTo("1 moved:  /docs -> /papers");
    run("history", "--changes", "--json", "--limit", "4");
    JsonNode moved = terminal.json().path("states").path(3).path("changes");
    assertThat(moved.path("added").asLong() + moved.path("removed").asLong()).isZero();
    assertThat(moved.path("moved").asLong()).isEqualTo(1);
    assertThat(moved.path("moves").path(0).path("from").asText()).isEqualTo("/docs");
  }

  @Test
  void beforeAnythingWasPutThereIsSpaceAndNoPast() throws Exception {
    try (TestServer other = TestServer.start(folder.resolve("fresh"));
        TestAgent fresh = new TestAgent(other.account())) {
      TestTerminal there = new TestTerminal(new VaultFeature(), fresh);
      assertThat(there.run("df")).as("%s", there.warnings()).isZero();
      assertThat(there.out()).contains("home").contains("Nothing was put");
      assertThat(there.run("ls", "--at", "1d")).isEqualTo(1);
      assertThat(there.warnings()).anyMatch(line -> line.contains("Nothing was ever put"));
      assertThat(there.run("restore", "/f")).isEqualTo(1);
      assertThat(there.run("versions", "/f")).isEqualTo(1);
    }
  }

  @Test
  void dfSaysWhatEachDriveTakesAndWarnsBeforeItIsFull() throws Exception {
    agent.post("/vault/drives?name=team", Map.of());
    assertThat(run("df"))
        .contains("home")
        .contains("team")
        .contains("you")
        .contains("Your account");
    run("df", "--json");
    JsonNode drives = terminal.json().path("drives");
    assertThat(drives).hasSize(2);
    assertThat(drives.path(0).path("used").asLong()).isPositive();
    assertThat(drives.path(0).path("pays").asBoolean()).isTrue();
    assertThat(terminal.json().path("used").asLong())
        .isGreaterThanOrEqualTo(drives.path(0).path("used").asLong());

    assertThat(run("df")).contains(ShownSize.of(drives.path(0).path("used").asLong()));
    assertThat(run("drive", "list")).containsPattern("team +own +you alone +you pay +[0-9a-f]{32}");

    agent.put("/vault/drives/team/quota?limit=100", Map.of());
    run("df");
    assertThat(terminal.warnings())
        .anyMatch(line -> line.contains("team is full: 2.1 KiB of 100 bytes are used. Who owns"));
  }

  @Test
  void whoAsksForAVersionOfAFolderIsToldWhatBringsItBack() throws Exception {
    run("mkdir", "/folder");

    assertThat(terminal.run("restore", "/folder", "--version", "0")).isEqualTo(1);
    assertThat(terminal.warnings()).last().asString().contains("is a folder", "--at '#NUMBER'");
    assertThat(terminal.run("versions", "/folder")).isEqualTo(1);
    assertThat(terminal.warnings()).last().asString().contains("is a folder", "--at '#NUMBER'");
  }

  @Test
  void whereOneFolderTookThePlaceOfAnotherBothAreSaid() throws Exception {
    run("mkdir", "/h");
    run("mkdir", "/h/f");
    run("history", "--json");
    String first = terminal.json().path("states").path(0).path("number").asText();
    run("mv", "/h/f", "/h/g");
    run("mkdir", "/h/f");
    run("go-back", "--yes", first);

    assertThat(run("history", "--changes", "--limit", "1"))
        .contains("1 removed, 1 moved:  /h/g -> /h/f  -/h/f");
    String last = Long.toString(Long.parseLong(first) + 2);
    run("go-back", "--yes", last);
    assertThat(run("history", "--changes", "--limit", "1"))
        .contains("1 added, 1 moved:  /h/f -> /h/g  +/h/f");
    run("rm", "-r", "/h/f");
    run("mkdir", "/h/f");
    run("history", "--json");
    run("go-back", "--yes", last);
    assertThat(run("history", "--changes", "--limit", "1"))
        .contains("1 added, 1 removed:  -/h/f  +/h/f");
  }
}
