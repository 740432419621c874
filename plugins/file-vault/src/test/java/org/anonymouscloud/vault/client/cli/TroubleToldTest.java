package org.anonymouscloud.vault.client.cli;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a person is told when a server cannot do something or has lost something: which file, why,
 * and what to do, and that this works.
 */
final class TroubleToldTest {
  private static final int FAILED = 1;
  private static final int REFUSED_BY_A_CHECK = 4;
  private static final int SIZE = 20 << 20;

  @TempDir private Path folder;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;
  private Drive drive;
  private Path file;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder.resolve("server"));
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
    drive = Drive.home(server.account().device(2, server.newLine()), Clock.systemUTC());
    write(drive, "/kept", noise(100_000, 1));
    file = Files.write(folder.resolve("file"), noise(SIZE, 2));
  }

  @AfterEach
  void stop() {
    drive.close();
    agent.close();
    server.close();
  }

  private String told(int exitCode, String... command) {
    assertThat(terminal.run(command)).isEqualTo(exitCode);
    return terminal.warnings().getLast();
  }

  private void run(String... command) {
    assertThat(terminal.run(command)).as("%s", terminal.warnings()).isZero();
  }

  /** From now on the line takes one pack and then nothing more. */
  private static void refuseSecondPack(Interposer line, ErrorCode code) {
    AtomicInteger packs = new AtomicInteger();
    line.setLine(
        method -> {
          if (method == VaultMethod.PACK_PUT && packs.incrementAndGet() > 1) {
            throw new Refused(code, "The server says why.");
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "STORAGE_FULL, NO_SPACE, The server's disk is full., must make room",
    "QUOTA_EXCEEDED, NO_SPACE, The server says why., Nothing is in the trash",
    "INTERNAL, UNAVAILABLE, The server failed: The server says why., Try again",
    "UNAVAILABLE, UNAVAILABLE, The server refused: The server says why., ''",
    "NOT_FOUND, NOT_FOUND, does not have the drive, 'anoncloud drive list'",
    "NOT_ALLOWED, FORBIDDEN, The server says why., 'anoncloud drive show NAME'"
  })
  void aPutThatTheServerStopsNamesTheFileAndWhatToDo(
      ErrorCode code, Problem.Kind kind, String why, String way) throws Exception {
    SortedMap<String, String> before = tree(drive);
    Path folderOfFile = Files.createDirectory(folder.resolve("tree"));
    Files.copy(file, folderOfFile.resolve("large"));

    refuseSecondPack(server.line(), code);
    assertThat(told(FAILED, "put", file.toString(), "/new"))
        .contains("Cannot write /new: ", why, way);
    refuseSecondPack(server.line(), code);
    assertThat(told(FAILED, "put", "-r", folderOfFile.toString(), "/tree"))
        .contains("Cannot write /tree: ", why, way);
    refuseSecondPack(server.line(), code);
    assertThatThrownBy(() -> agent.upload("/vault/files/api", out -> Files.copy(file, out)))
        .isInstanceOfSatisfying(Problem.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContainingAll("Cannot write /api: ", why, way);
    assertThat(tree(drive)).isEqualTo(before);

    server.line().beHonest();
    run("put", file.toString(), "/new");
    run("put", "-r", folderOfFile.toString(), "/tree");
    assertThat(agent.upload("/vault/files/api", out -> Files.copy(file, out)).path("path").asText())
        .isEqualTo("/api");
    assertThat(tree(drive)).hasSize(before.size() + 4);
    assertThat(read(drive, "/new")).isEqualTo(noise(SIZE, 2));
  }

  @ParameterizedTest
  @CsvSource({"NOT_ALLOWED", "UNAVAILABLE"})
  void aCopyThatTheServerStopsSaysWhatWasDoneBefore(ErrorCode code) throws Exception {
    Path tree = Files.createDirectory(folder.resolve("tree"));
    Files.writeString(tree.resolve("a small one"), "small");
    Files.copy(file, tree.resolve("large"));
    run("put", "-r", tree.toString(), "/tree");
    AtomicInteger asked = new AtomicInteger();
    server
        .line()
        .setLine(
            method -> {
              if (method == VaultMethod.PACK_GET && asked.incrementAndGet() > 2) {
                throw new Refused(code, "The server says why.");
              }
            });

    String copy = folder.resolve("copy").toString();
    assertThat(told(FAILED, "get", "-r", "--json", "/tree", copy)).contains("server says why.");

    assertThat(Files.readString(Path.of(copy, "a small one"))).isEqualTo("small");
    assertThat(Path.of(copy, "large")).doesNotExist();
    assertThat(terminal.json().path("files").asInt()).isEqualTo(1);
    assertThat(terminal.json().path("bytes").asInt()).isEqualTo(5);
    assertThat(terminal.json().path("failed")).hasSize(1);
  }

  @Test
  void withoutTheServerNothingIsGoneOnWithAndWhatWasDoneIsSaid() throws Exception {
    Path small = Files.writeString(folder.resolve("small"), "small");
    run("mkdir", "/into");
    AtomicInteger packs = new AtomicInteger();
    server
        .line()
        .setLine(
            method -> {
              if (method == VaultMethod.PACK_PUT && packs.incrementAndGet() > 2) {
                throw new Refused(ErrorCode.UNAVAILABLE, "The server says why.");
              }
            });

    String large = file.toString();
    assertThat(told(FAILED, "put", "--json", small.toString(), large, small.toString(), "/into"))
        .contains("server says why.");

    assertThat(terminal.json().path("files").asInt()).isEqualTo(1);
    assertThat(terminal.json().path("bytes").asInt()).isEqualTo(5);
    assertThat(terminal.json().path("failed")).as("the third was not tried").hasSize(1);
  }

  @Test
  void whoRemovesFromAFullDriveIsToldHowLongItStaysAndWhatGivesItBack() throws Exception {
    run("put", file.toString(), "/large");
    run("drive", "retention", "--days", "7", "--weeks", "3");
    server.half().setQuota(drive.usage().used() + (2L << 20));
    run("rm", "/large");
    Path other = Files.write(folder.resolve("other"), noise(SIZE, 5));

    assertThat(told(FAILED, "put", other.toString(), "/other"))
        .contains(
            "Cannot write /other: ",
            "for 7 days in the trash",
            "for 3 weeks",
            "'anoncloud drive retention --days N --weeks N'",
            "'anoncloud compact'");

    run("drive", "retention", "--days", "0", "--weeks", "0", "--yes");
    run("compact");
    run("put", other.toString(), "/other");
    assertThat(read(drive, "/other")).isEqualTo(noise(SIZE, 5));
  }

  @Test
  void whereNothingIsKeptTheWayOnDoesNotAskToKeepLess() throws Exception {
    run("put", file.toString(), "/large");
    run("drive", "retention", "--days", "0", "--weeks", "0", "--yes");
    server.half().setQuota(drive.usage().used() + (2L << 20));
    Path other = Files.write(folder.resolve("other"), noise(SIZE, 5));

    assertThat(told(FAILED, "put", other.toString(), "/other"))
        .contains("keeps no earlier states", "'anoncloud rm'", "'anoncloud compact'", "df --detail")
        .doesNotContain("0 days", "retention");

    run("rm", "/large");
    run("compact");
    run("put", other.toString(), "/other");
  }

  @Test
  void dfSaysHowLittleIsLeftAndWhatBringsMore() throws Exception {
    run("put", file.toString(), "/large");
    server.half().setQuota(drive.usage().used() * 2);
    run("df");
    assertThat(terminal.warnings()).isEmpty();

    server.half().setQuota(drive.usage().used() + 1_000);
    run("df");
    assertThat(terminal.warnings())
        .singleElement()
        .asString()
        .contains(" are used, and 1000 bytes are left", "Remove", "'anoncloud compact'");
    server.half().setQuota(1_000);
    run("df");
    assertThat(terminal.warnings())
        .singleElement()
        .asString()
        .contains("account is full: ", " of 1000 bytes are used");
  }

  @Test
  void ofAnotherDriveTheWayOnNamesItAsPeopleDo() throws Exception {
    run("drive", "create", "my team");
    run("put", folder.resolve("file").toString(), "my team:/old");
    run("rm", "my team:/old");
    refuseSecondPack(server.line(), ErrorCode.QUOTA_EXCEEDED);

    assertThat(told(FAILED, "put", file.toString(), "my team:/new"))
        .contains(
            "Cannot write my team:/new: ",
            "'anoncloud drive retention \"my team\" --days N --weeks N'",
            "'anoncloud compact \"my team\"'",
            "'anoncloud drive quota \"my team\" SIZE'")
        .doesNotContainPattern("[0-9a-f]{32}");

    run("drive", "create", "a$b");
    refuseSecondPack(server.line(), ErrorCode.QUOTA_EXCEEDED);
    assertThat(told(FAILED, "put", file.toString(), "a$b:/new"))
        .as("what a shell would take for something else")
        .contains("Cannot write a$b:/new: ")
        .containsPattern("'anoncloud drive quota [0-9a-f]{32} SIZE'");
  }

  @Test
  void theLimitOfADriveIsSaidAsPeopleReadIt() throws Exception {
    run("drive", "create", "team");
    run("drive", "quota", "team", "3M");

    assertThat(told(FAILED, "put", file.toString(), "team:/new"))
        .contains(
            "Cannot write team:/new: ",
            " of 3.0 MiB are used, and this needs ",
            " more. ",
            "Nothing is in the trash",
            "'anoncloud drive quota team SIZE'",
            "The file has ")
        .doesNotContain("3145728", "retention");
  }

  /** Linux has a file that gives an error in the place of its first byte. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileThatTheLocalDiskDoesNotGiveIsNamedAndNothingOfItIsKept() throws Exception {
    assertThat(told(FAILED, "put", "/proc/self/mem", "/new"))
        .contains("Cannot read /proc/self/mem: Input/output error. Nothing of it was kept.");

    assertThat(tree(drive)).containsOnlyKeys("/kept");
  }

  @Test
  void whatIsNotRemovedIsNamedToo() throws Exception {
    write(drive, "/old", noise(100, 4));
    server
        .line()
        .setLine(
            method -> {
              if (method == VaultMethod.PACK_PUT) {
                throw new Refused(ErrorCode.STORAGE_FULL, "Full.");
              }
            });

    assertThat(told(FAILED, "rm", "--forever", "/old"))
        .contains("Cannot remove /old: ", "disk is full");
    assertThat(told(FAILED, "rm", "/old")).contains("disk is full");
    assertThat(tree(drive)).containsOnlyKeys("/kept", "/old");
  }

  /** What an owner does while a member's upload is under way. */
  enum Turn {
    TAKEN_OUT {
      @Override
      void by(Drive drive, TestAccount alice, TestAccount bob) throws Exception {
        drive.unshare(bob.account());
      }
    },
    READS_ONLY {
      @Override
      void by(Drive drive, TestAccount alice, TestAccount bob) throws Exception {
        drive.share(alice.contact(new UserName("bob")), Right.READ);
      }
    };

    abstract void by(Drive drive, TestAccount alice, TestAccount bob) throws Exception;
  }

  @ParameterizedTest
  @EnumSource
  @Tag("A33")
  void aMemberWhoMayNoMoreInMidUploadIsToldSoAndLeavesNothing(Turn turn) throws Exception {
    TestAccount alice = server.account();
    Interposer line = server.newLine(2);
    TestAccount bob = TestAccount.of(2, line);
    alice.befriend("bob", bob);
    bob.befriend("alice", alice);
    try (Drives drives = new Drives(alice, Clock.systemUTC());
        TestAgent his = new TestAgent(bob)) {
      TestTerminal screen = new TestTerminal(new VaultFeature(), his);
      Drive hers = drives.create(new Name("team"));
      hers.share(alice.contact(new UserName("bob")), Right.WRITE);
      write(hers, "/plan", noise(2_000, 1));
      AtomicInteger packs = new AtomicInteger();
      line.setLine(
          method -> {
            if (method == VaultMethod.PACK_PUT && packs.incrementAndGet() == 2) {
              try {
                turn.by(hers, alice, bob);
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            }
          });

      assertThat(screen.run("put", file.toString(), "team:/new")).isEqualTo(FAILED);

      assertThat(screen.warnings().getLast()).contains("/new", "'anoncloud drive ");
      assertThat(tree(hers)).containsOnlyKeys("/plan");
      server.half().pass(Duration.ofHours(26));
      server.half().sweep();
      assertThat(hers.usage().packs()).isEqualTo(1);
      hers.share(alice.contact(new UserName("bob")), Right.WRITE);
      assertThat(screen.run("put", file.toString(), "team:/new"))
          .as("%s", screen.warnings())
          .isZero();
      assertThat(read(hers, "/new")).isEqualTo(noise(SIZE, 2));
    }
  }

  /** What happens to a file on the server's disk. */
  enum Damage {
    DELETED {
      @Override
      void to(Path pack) throws IOException {
        Files.delete(pack);
      }
    },
    CUT_SHORT {
      @Override
      void to(Path pack) throws IOException {
        try (FileChannel channel = FileChannel.open(pack, StandardOpenOption.WRITE)) {
          channel.truncate(10);
        }
      }
    },
    CHANGED {
      @Override
      void to(Path pack) throws IOException {
        try (FileChannel channel = FileChannel.open(pack, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(noise(100, 9)), 100);
        }
      }
    };

    abstract void to(Path pack) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  @Tag("A19")
  void aPackThatIsDamagedBehindTheServersBackCostsItsFileAloneAndThatIsNamed(Damage damage)
      throws Exception {
    Path lost = Files.write(folder.resolve("lost"), noise(300_000, 3));
    run("mkdir", "/docs");
    List<Path> before = packs();
    run("put", lost.toString(), "/docs/lost");
    Path pack = packs().stream().filter(one -> !before.contains(one)).findAny().orElseThrow();
    // The folders' pages are written anew, so that only the file is in that pack.
    run("put", lost.toString(), "/docs/other");
    damage.to(pack);
    agent.logIn(server.account());

    Path target = folder.resolve("back");
    assertThat(told(REFUSED_BY_A_CHECK, "get", "/docs/lost", target.toString()))
        .contains("/docs/lost", "'anoncloud put' over it sends what the server has lost");
    assertThat(target).doesNotExist();
    assertThat(told(REFUSED_BY_A_CHECK, "get", "-r", "/docs", target.toString()))
        .contains("/docs/lost");
    assertThat(target.resolve("other")).hasSameBinaryContentAs(lost);
    assertThat(target.resolve("lost")).doesNotExist();

    run("rm", "/docs/lost");
    run("put", lost.toString(), "/docs/lost");
    run("get", "/docs/lost", folder.resolve("restored").toString());
    assertThat(folder.resolve("restored")).hasSameBinaryContentAs(lost);
  }

  /** Nothing says that it is lost, and no check has failed: that is for the server's owner. */
  @Test
  void whatTheServerCannotReadJustNowIsNoMatterOfSecurity() throws Exception {
    Path tree = Files.createDirectory(folder.resolve("tree"));
    Files.copy(file, tree.resolve("file"));
    run("put", "-r", tree.toString(), "/tree");
    List<List<String>> commands =
        List.of(
            List.of("get", "/tree/file", folder.resolve("one").toString()),
            List.of("get", "-r", "/tree", folder.resolve("all").toString()),
            List.of("cat", "/tree/file"),
            List.of("verify", "--full"));
    for (boolean carried : List.of(false, true)) {
      if (carried) {
        agent.seesAnotherDisk();
      }
      for (List<String> command : commands) {
        agent.logIn(server.account());
        AtomicInteger asked = new AtomicInteger();
        server
            .line()
            .setLine(
                method -> {
                  if (method == VaultMethod.PACK_GET && asked.incrementAndGet() > 2) {
                    throw new Refused(ErrorCode.INTERNAL, "The server says why.", true);
                  }
                });

        assertThat(told(FAILED, command.toArray(String[]::new)))
            .as("%s", command)
            .contains("cannot read it from its disk just now");
      }
    }
  }

  private List<Path> packs() throws IOException {
    try (Stream<Path> paths = Files.walk(server.half().folder().resolve("packs"))) {
      return paths.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void aDriveGetsNoNameThatAnotherHas() throws Exception {
    run("drive", "create", "team");
    run("drive", "create", "crew");

    assertThat(terminal.run("drive", "rename", "crew", "team")).isNotZero();

    assertThat(terminal.warnings()).anyMatch(line -> line.contains("a drive 'team' already"));
    run("drive", "rename", "crew", "crew");
    run("ls", "crew:/");
  }

  @Test
  void aPathOfAnotherDriveIsSaidSoThatItCanBeTypedAgain() throws Exception {
    Path small = Files.writeString(folder.resolve("small"), "small");
    Path tree = Files.createDirectories(folder.resolve("tree/in"));
    run("drive", "create", "my team");
    run("mkdir", "-p", "my team:/d/e");
    run("put", small.toString(), "my team:/f");
    String copy = folder.resolve("copy").toString();
    for (List<String> command :
        List.of(
            List.of("ls", "my team:/none"),
            List.of("cat", "my team:/none"),
            List.of("get", "my team:/none", copy),
            List.of("get", "my team:/d", copy),
            List.of("rm", "my team:/none"),
            List.of("rm", "--forever", "my team:/d"),
            List.of("rm", "my team:/d"),
            List.of("mkdir", "my team:/f"),
            List.of("cp", "my team:/d", "my team:/g"),
            List.of("mv", "my team:/f", "my team:/f", "my team:/d"),
            List.of("mv", "my team:/d", "my team:/d/e"),
            List.of("put", "-r", tree.getParent().toString(), "my team:/f"),
            List.of("restore", "my team:/f"),
            List.of("versions", "my team:/none"),
            List.of("trash", "restore", "my team:/f"))) {
      assertThat(terminal.run(command.toArray(String[]::new))).as("%s", command).isNotZero();
      assertThat(terminal.warnings().getLast())
          .as("%s", command)
          .contains("my team:/")
          .doesNotContainPattern("(?<!my team:)(?<![a-z])/[defgn]");
    }
    Files.writeString(small, "other");
    run("put", small.toString(), "my team:/f");
    run("history", "my team", "--changes");
    assertThat(terminal.out()).contains("+my team:/f", "~my team:/f");
    run("versions", "--json", "my team:/f");
    String first = terminal.json().path("versions").path(1).path("state").asText();
    run("restore", "--version", first, "my team:/f");
    assertThat(terminal.out()).contains("my team:/f is as it was", "to the trash as my team:");
  }

  @Test
  void whatIsDamagedInAnotherDriveIsNamedWithThat() throws Exception {
    Path tree = Files.createDirectory(folder.resolve("tree"));
    Files.write(tree.resolve("file"), noise(300_000, 3));
    run("drive", "create", "team");
    List<Path> before = packs();
    run("put", "-r", tree.toString(), "team:/tree");
    for (Path pack : packs()) {
      if (!before.contains(pack) && Files.size(pack) > 200_000) {
        Damage.CHANGED.to(pack);
      }
    }
    agent.logIn(server.account());
    String copy = folder.resolve("copy").toString();

    assertThat(told(REFUSED_BY_A_CHECK, "verify", "--full", "team")).startsWith("team:/tree");
    assertThat(told(REFUSED_BY_A_CHECK, "get", "team:/tree/file", copy))
        .startsWith("Cannot read team:/tree/file");
    assertThat(told(REFUSED_BY_A_CHECK, "get", "-r", "team:/tree", copy))
        .startsWith("Cannot read team:/tree/file");
    agent.seesAnotherDisk();
    assertThat(told(REFUSED_BY_A_CHECK, "get", "-r", "team:/tree", copy))
        .startsWith("Cannot read team:/tree/file");
  }

  @Test
  void whatCameMeanwhileMayBeOfAnotherDeviceOrCommand() throws Exception {
    AtomicInteger packs = new AtomicInteger();
    server
        .line()
        .setLine(
            method -> {
              if (method == VaultMethod.PACK_PUT && packs.incrementAndGet() == 1) {
                write(drive, "/new", noise(100, 5));
              }
            });

    run("put", file.toString(), "/new");

    assertThat(terminal.warnings())
        .singleElement()
        .asString()
        .contains("Another device or command put something else there", "/new (conflict ");
  }
}
