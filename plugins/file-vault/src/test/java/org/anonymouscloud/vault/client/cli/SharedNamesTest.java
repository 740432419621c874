package org.anonymouscloud.vault.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drives.DriveNotFound;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.protocol.Right;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a name means to Bob when others share drives that have it, too. */
final class SharedNamesTest {
  private static final UserName BOB = new UserName("bob");

  @TempDir private Path folder;
  private TestServer server;
  private TestAccount bob;
  private TestAgent agent;
  private TestTerminal terminal;
  private final List<Drives> opened = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    bob = TestAccount.of(2, server.newLine(2));
    agent = new TestAgent(bob);
    terminal = new TestTerminal(new VaultFeature(), agent);
  }

  @AfterEach
  void stop() {
    opened.forEach(Drives::close);
    agent.close();
    server.close();
  }

  private String run(String... arguments) {
    assertThat(terminal.run(arguments)).as("%s", terminal.warnings()).isZero();
    return terminal.out();
  }

  /** A drive that is given to Bob under a name, with a folder of its owner's name. */
  private Drive shared(String owner, String name) throws Exception {
    int number = owner.equals("alice") ? 1 : 3;
    TestAccount other =
        number == 1 ? server.account() : TestAccount.of(number, server.newLine(number));
    other.befriend("bob", bob);
    bob.befriend(owner, other);
    Drives theirs = new Drives(other, Clock.systemUTC());
    opened.add(theirs);
    Drive drive = theirs.create(new Name(name));
    DriveFiles.makeFolder(drive, "/" + owner);
    drive.share(other.contact(BOB), Right.WRITE);
    return drive;
  }

  @Test
  @Tag("A6")
  void onesOwnDriveKeepsItsNameAndSomebodyElsesTakesItsId() throws Exception {
    run("drive", "create", "h");
    Drive hers = shared("alice", "h");
    run("mkdir", "h:/own");

    assertThat(run("ls", "h:/")).isEqualTo("own/\n");
    assertThat(run("ls", hers.id() + ":/")).isEqualTo("alice/\n");
    assertThat(run("drive", "list"))
        .containsPattern("h .* you pay .*[0-9a-f]\n")
        .containsPattern("h .* alice pays .*" + hers.id() + "  by this id alone\n");
    assertThat(run("df"))
        .containsPattern("\nh  .* you\n")
        .containsPattern("\nh \\(" + hers.id() + "\\)  .* alice\n");
    try (Drives elsewhere = new Drives(bob.forgetful(), Clock.systemUTC())) {
      assertThat(DriveFiles.tree(elsewhere.find("h"))).containsOnlyKeys("/own/");
    }
  }

  @Test
  @Tag("A6")
  void theNameOfARenamedDriveOfOnesOwnGoesToNobodyElse() throws Exception {
    run("drive", "create", "h");
    Drive hers = shared("alice", "h");

    run("drive", "rename", "h", "hb");
    assertThat(terminal.run("ls", "h:/")).isOne();
    assertThat(terminal.warnings().getLast())
        .contains("a drive of your own", "another name now", "its id", hers.id().toString());
    assertThat(run("drive", "list")).contains(hers.id() + "  by this id alone");
    run("ls", hers.id() + ":/");
    run("drive", "rename", "hb", "x");
    shared("carol", "hb");
    assertThat(terminal.run("ls", "hb:/")).isOne();
  }

  @Test
  @Tag("A6")
  void whatWasUsedUnderANameKeepsItAndANameTakesNoId() throws Exception {
    Drive hers = shared("alice", "team");
    run("ls", "team:/");
    shared("carol", "team");
    shared("carol", hers.id().toString());

    assertThat(run("ls", "team:/")).isEqualTo("alice/\n");
    assertThat(run("ls", hers.id() + ":/")).isEqualTo("alice/\n");
  }

  @Test
  @Tag("A6")
  void ofTwoDrivesOfOthersNoneIsTakenUntilOneIsNamed() throws Exception {
    Drive alices = shared("alice", "team");
    Drive carols = shared("carol", "team");

    assertThat(terminal.run("ls", "team:/")).isOne();
    assertThat(terminal.warnings().getLast())
        .contains(
            "Several drives are called 'team'",
            alices.id() + " (alice pays)",
            carols.id() + " (carol pays)",
            ":/",
            "'anoncloud drive rename ID NEW-NAME'");
    assertThat(run("ls", carols.id() + ":/")).isEqualTo("carol/\n");
    assertThat(run("drive", "list"))
        .contains(alices.id() + "  by this id alone\n", carols.id() + "  by this id alone\n");
    alices.rename(new Name("other"));
    assertThat(run("ls", "team:/")).isEqualTo("carol/\n");
  }

  @Test
  @Tag("A6")
  void whoWasLetInAgainHasNotMadeTheDriveWhateverItsFirstListSays() throws Exception {
    TestAccount alice = server.account();
    bob.befriend("alice", alice);
    alice.befriend("bob", bob);
    run("drive", "create", "h");
    run("drive", "share", "h", "with", "alice", "--own");
    try (Drives hers = new Drives(alice, Clock.systemUTC())) {
      Drive drive = hers.find("h");
      drive.takeOver();
      drive.unshare(bob.account());
      drive.share(alice.contact(BOB), Right.OWN);
    }
    Drive carols = shared("carol", "h");
    try (Drives elsewhere = new Drives(bob.forgetful(), Clock.systemUTC())) {
      assertThatThrownBy(() -> elsewhere.find("h"))
          .isInstanceOf(DriveNotFound.class)
          .hasMessageContaining(carols.id().toString());
    }
    run("ls", "h:/");
  }

  @Test
  void aDriveThatIsCalledHomeIsNotTheHome() throws Exception {
    Drive hers = shared("alice", "home");
    run("mkdir", "/own");

    assertThat(run("ls", "home:/")).isEqualTo("own/\n");
    assertThat(run("drive", "list")).contains(hers.id() + "  by this id alone\n");
  }
}
