package org.anonymouscloud.vault.client.cli;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.discard;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.remove;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.store.AsOf;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retention, compaction and verification by commands and through the API. */
final class SpaceCommandTest {
  private static final int MIB = 1 << 20;

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

  private void litter() throws IOException {
    write(drive, "/goes", noise(3 * MIB, 1));
    write(drive, "/stays", noise(6_000, 2));
    remove(drive, "/goes");
  }

  /** An agent that answers each download with these lines. */
  private static AgentApi saying(String lines) {
    return (AgentApi)
        Proxy.newProxyInstance(
            AgentApi.class.getClassLoader(),
            new Class<?>[] {AgentApi.class},
            (proxy, method, arguments) ->
                new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aFullLookShowsBytesOfAllThatItReads() {
    String first = "{\"files\":1,\"bytes\":900,\"read\":0,\"toRead\":500}";
    String second = "{\"files\":1,\"bytes\":900,\"read\":300,\"toRead\":700}";
    String last = "{\"files\":1,\"bytes\":900,\"damaged\":[]}";
    TestTerminal watched = new TestTerminal(new VaultFeature(), saying(first + second + last));

    assertThat(watched.run("verify", "--full")).isZero();
    assertThat(watched.totals()).containsExactly(-1L, 700L);
    assertThat(watched.stepped()).isEqualTo(700);
    assertThat(watched.run("verify", "--full", "--states")).isZero();
    assertThat(watched.totals()).containsExactly(-1L);
  }

  @Test
  void whereNobodyCanBeAskedItIsSaidWhatAboutAndHowToAgree() {
    assertThat(terminal.run("go-back", "1")).isEqualTo(2);

    assertThat(terminal.warnings().getFirst()).contains("All of your home becomes");
    assertThat(terminal.warnings().getLast()).contains("Go back?", "give --yes");
  }

  @Test
  void howLongStatesStayIsShownAndSaid() {
    run("drive", "retention");
    assertThat(terminal.out())
        .isEqualTo("Every state stays for 30 days, the last of each week for 52 weeks.\n");

    run("drive", "retention", "home", "--days", "7", "--json");
    assertThat(terminal.json().path("days").asInt()).isEqualTo(7);
    assertThat(terminal.json().path("weeks").asInt()).as("as it was").isEqualTo(52);
    run("drive", "retention", "--weeks", "0", "--yes");
    run("drive", "retention");
    assertThat(terminal.out()).contains("7 days", "0 weeks");

    assertThat(terminal.run("drive", "retention", "--days", "36501")).isEqualTo(2);
    assertThat(terminal.run("drive", "retention", "--days", "-1")).isEqualTo(2);
  }

  @Test
  void toKeepNothingIsAskedAboutWithWhatGoes() throws Exception {
    write(drive, "/f", noise(100, 1));
    terminal.answer(false);
    assertThat(terminal.run("drive", "retention", "--days", "0")).isEqualTo(1);
    assertThat(terminal.asked()).contains("but the last of each week").contains("in the trash");
    assertThat(terminal.run("drive", "retention", "--weeks", "0")).isEqualTo(1);
    assertThat(terminal.asked()).contains("older than 30 days");
    assertThat(terminal.run("drive", "retention", "--days", "0", "--weeks", "0")).isEqualTo(1);
    assertThat(terminal.asked()).contains("all earlier states, so that");
    assertThat(drive.kept().days()).isEqualTo(30);
    assertThat(drive.kept().weeks()).isEqualTo(52);

    run("drive", "retention", "--days", "1", "--weeks", "1");
    assertThat(terminal.asked()).as("some stays").isEmpty();
    terminal.answer(true);
    run("drive", "retention", "--days", "0");
    assertThat(drive.kept().days()).isZero();
    run("drive", "retention", "--days", "0");
    assertThat(terminal.asked()).as("as it is").isEmpty();
  }

  @Test
  void whatIsNotNeededIsSaidAndThenGivenBack() throws Exception {
    run("compact");
    assertThat(terminal.out())
        .isEqualTo(
            "There is nothing to give back; what nothing needs stays until it is more than 32.0"
                + " KiB.\n");
    litter();
    run("compact");
    assertThat(terminal.out()).as("all states stay").contains("nothing");
    run("drive", "retention", "--days", "0", "--weeks", "0", "--yes");

    run("compact", "--dry-run", "--json");
    long would = terminal.json().path("bytes").asLong();
    assertThat(would).isGreaterThan(3 * MIB);
    assertThat(drive.usage().held()).isZero();

    run("compact");
    assertThat(terminal.out()).contains("Given back", "within about a day", "earlier states");
    assertThat(drive.usage().held()).isGreaterThanOrEqualTo(would);
    assertThat(tree(drive)).containsOnlyKeys("/stays");
    run("drive", "retention");
    assertThat(terminal.out()).contains("last given back");
    run("compact", "home");
    assertThat(terminal.out()).contains("nothing");
  }

  @Test
  void statesThatNeedWhatTheServerHasLostAreGivenUpIfItsOwnerSaysSo() throws Exception {
    write(drive, "/before", noise(6_000, 1));
    long whole = drive.counts().number();
    write(drive, "/lost", noise(20 * MIB, 2));
    Path pack = server.largestPack();
    Files.delete(pack);
    discard(drive, "/lost");
    write(drive, "/lost", noise(6_000, 3));

    assertThat(terminal.run("compact", "--give-up-unreadable", "--yes")).isEqualTo(4);
    assertThat(terminal.warnings())
        .as("it is in the trash")
        .anyMatch(w -> w.contains("trash empty"));
    run("trash", "empty", "--yes");
    assertThat(terminal.run("verify", "--states")).isEqualTo(4);

    terminal.answer(false);
    assertThat(terminal.run("compact", "--give-up-unreadable")).isEqualTo(1);
    assertThat(terminal.asked()).contains("cannot be read", "stay");
    assertThat(terminal.run("verify", "--states")).as("nothing was done").isEqualTo(4);

    terminal.answer(true);
    run("compact", "--give-up-unreadable");
    run("verify", "--states");
    assertThat(drive.snapshot(new AsOf.Number(whole)).find(VaultPath.of("/before")))
        .as("a state that is whole stays")
        .isPresent();
    run("compact", "--give-up-unreadable");
    assertThat(terminal.asked()).as("nothing more to give up").isEmpty();
  }

  private JsonNode detail() {
    run("df", "--detail", "--json");
    return terminal.json().path("drives").path(0).path("detail");
  }

  @Test
  void dfTellsApartWhatIsThereTheTrashEarlierStatesAndTheRest() throws Exception {
    assertThat(detail().path("now").asLong()).as("of a drive that is not there").isZero();
    write(drive, "/stays", noise(MIB, 1));
    write(drive, "/gone", noise(2 * MIB, 2));
    JsonNode all = detail();
    assertThat(all.path("now").asLong()).isBetween(3L * MIB, 3L * MIB + 100_000);
    assertThat(all.path("trash").asLong()).isZero();
    assertThat(all.path("earlier").asLong()).isBetween(1L, 50_000L);

    discard(drive, "/gone");
    all = detail();
    assertThat(all.path("now").asLong()).isBetween(1L * MIB, MIB + 100_000L);
    assertThat(all.path("trash").asLong()).isBetween(2L * MIB, 2 * MIB + 100_000L);

    run("trash", "empty", "--yes");
    all = detail();
    assertThat(all.path("trash").asLong()).isLessThan(10_000);
    assertThat(all.path("earlier").asLong()).isBetween(2L * MIB, 2 * MIB + 100_000L);
    long used = terminal.json().path("drives").path(0).path("used").asLong();
    long sum = 0;
    for (String part : List.of("now", "trash", "earlier", "packing", "unneeded", "other")) {
      sum += all.path(part).asLong();
    }
    assertThat(sum).isEqualTo(used);
    run("df", "--detail");
    assertThat(terminal.out())
        .contains("earlier", "packing", "gives 'unneeded' back where it is more than 32.0 KiB");
    run("verify");
    assertThat(terminal.out()).contains(", those in the trash included, were checked");
    run("df");
    assertThat(terminal.out()).doesNotContain("packing");
  }

  @Test
  @Tag("A20")
  void whatCannotBeReadIsSaidWhereSpaceIsTold() throws Exception {
    Interposer writing = server.newLine();
    try (Drive other = Drive.home(server.account().device(3, writing), Clock.systemUTC())) {
      makeFolder(other, "/docs");
      write(other, "/docs/f", noise(1_000, 1));
    }
    Set<String> spoilt = writing.packs().keySet();
    write(drive, "/g", noise(1_000, 2));
    server
        .line()
        .showPacks((get, honest) -> spoilt.contains(get.name()) ? new byte[honest.length] : honest);

    assertThat(terminal.run("df", "--detail")).isEqualTo(4);
    assertThat(terminal.warnings()).anyMatch(line -> line.contains("verify --states"));
  }

  @Test
  void aSoundDriveIsVerified() throws Exception {
    litter();
    for (String what : new String[] {"/", "home", "home:/"}) {
      run("verify", what);
      assertThat(terminal.out()).contains("1 file of 5.9 KiB", "all is there");
    }
    run("verify", "/stays", "--full", "--json");
    assertThat(terminal.json().path("damaged")).isEmpty();
    assertThat(terminal.json().path("full").asBoolean()).isTrue();
    run("verify", "--full", "--states");
    assertThat(terminal.out()).contains("to the last byte", "all is there");

    assertThat(terminal.run("verify", "/no")).isEqualTo(1);
    assertThat(terminal.run("verify", "/stays", "--states")).isEqualTo(2);
  }

  @Test
  @Tag("A20")
  void whatIsDamagedIsNamedAndEndsWithFour() throws Exception {
    litter();
    server.line().showLists(honest -> new VaultMessages.PackListed(new byte[0], false));

    assertThat(terminal.run("verify")).isEqualTo(4);
    assertThat(terminal.warnings()).anyMatch(line -> line.startsWith("/stays: "));
    assertThat(terminal.out()).contains("damaged");
  }

  @Test
  @Tag("A27")
  void whatTheServerCallsLostOnlyAfterThePersonWasAskedIsNotGivenUp() throws Exception {
    write(drive, "/a", noise(6_000, 1));
    write(drive, "/mine", noise(3 * MIB, 2));
    long good = drive.counts().number();
    remove(drive, "/mine");
    AtomicInteger lists = new AtomicInteger();
    server
        .line()
        .showLists(
            honest -> {
              byte[] packs = honest.packs().clone();
              int one = PackName.LENGTH + 1;
              for (int at = 0; lists.get() > 0 && at + one <= packs.length; at += one) {
                boolean isLarge = (packs[at + one - 1] & 0x3f) >= 20;
                packs[at + one - 1] |= (byte) (isLarge ? VaultMessages.LOST : 0);
              }
              lists.incrementAndGet();
              return new VaultMessages.PackListed(packs, honest.more());
            });
    terminal.answer(true);

    int code = terminal.run("compact", "--give-up-unreadable");

    assertThat(code).as("%s", terminal.warnings()).isIn(0, 4);
    server.line().beHonest();
    assertThat(drive.snapshot(new AsOf.Number(good)).find(VaultPath.of("/mine"))).isPresent();
  }
}
