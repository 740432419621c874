package org.anonymouscloud.vault.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drives.DriveNotFound;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.remote.DriveGone;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterRolledBack;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A drive that the account's chain and this device name, and that the server shows no more. */
final class DriveGoneTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-28T16:57:58Z"), ZoneOffset.UTC);

  @TempDir private Path folder;
  private TestServer server;
  private TestAccount alice;
  private Interposer line;
  private TestAccount bob;
  private TestAccount other;
  private Drives alices;
  private Drive team;
  private Head seen;

  @BeforeEach
  void bobUsesADriveAndALinkNamesIt() throws Exception {
    server = TestServer.start(folder);
    alice = server.account();
    line = server.newLine(2);
    bob = TestAccount.of(2, line);
    other = bob.device(9, line);
    alice.befriend("bob", bob);
    bob.befriend("alice", alice);
    alices = new Drives(alice, CLOCK);
    team = alices.create(new Name("team"));
    DriveFiles.makeFolder(team, "/plan");
    team.share(alice.contact(new UserName("bob")), Right.WRITE);
    try (Drives his = new Drives(bob, CLOCK)) {
      DriveFiles.makeFolder(his.home(), "/own");
      DriveFiles.makeFolder(his.find("team"), "/his");
      assertThat(his.usable()).hasSize(2);
      seen = his.find("team").head(Set.of()).orElseThrow();
      bob.link(seen);
    }
  }

  @AfterEach
  void stop() {
    alices.close();
    server.close();
  }

  private static RunningVault vault() {
    return new RunningVault(
        () -> {
          throw new NotLoggedIn();
        },
        CLOCK);
  }

  @Test
  void itIsNamedAsGoneAndNoOtherDriveIsTakenForIt() throws Exception {
    team.unshare(bob.account());

    try (Drives his = new Drives(bob, CLOCK)) {
      assertThat(his.list()).hasSize(2);
      assertThatThrownBy(() -> his.find("nosuch")).isInstanceOf(DriveNotFound.class);
      Drive gone = his.find(team.id().toString());
      assertThatThrownBy(gone::snapshot)
          .isInstanceOf(DriveGone.class)
          .hasMessageContainingAll("taken you out", "deleted", "hides", team.id().toString());
      assertThatThrownBy(gone::members).isInstanceOf(DriveGone.class);
      assertThat(DriveFiles.tree(his.home())).containsOnlyKeys("/own/");
    }
  }

  @Test
  @Tag("A6")
  void nobodysDriveOfTheSameNameIsTakenForIt() throws Exception {
    TestAccount mallory = TestAccount.of(3, server.newLine(3));
    mallory.befriend("bob", bob);
    bob.befriend("mallory", mallory);
    team.unshare(bob.account());

    try (Drives hers = new Drives(mallory, CLOCK);
        Drives his = new Drives(bob, CLOCK)) {
      Drive another = hers.create(new Name("team"));
      another.share(mallory.contact(new UserName("bob")), Right.WRITE);

      assertThatThrownBy(() -> his.find("team"))
          .isInstanceOf(DriveNotFound.class)
          .hasMessageContainingAll(team.id().toString(), another.id().toString());
      assertThat(his.find(another.id().toString()).id()).isEqualTo(another.id());

      his.forget(team.id());
      assertThat(his.find("team").id()).isEqualTo(another.id());
    }
  }

  @Test
  void whoHasItOpenIsToldTheSame() throws Exception {
    try (Drives his = new Drives(bob, CLOCK)) {
      Drive open = his.find("team");
      team.unshare(bob.account());

      assertThatThrownBy(open::snapshot).isInstanceOf(DriveGone.class);
      assertThatThrownBy(() -> DriveFiles.makeFolder(open, "/more"))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> his.find("team"))
          .isInstanceOf(DriveGone.class)
          .hasMessageContaining("'team'");
    }
  }

  @Test
  @Tag("A16")
  void itKeepsNoDeviceInTheAccount() throws Exception {
    team.unshare(bob.account());
    RunningVault vault = vault();

    assertThat(vault.heads(bob, Set.of(other.device()))).hasSize(1).doesNotContain(seen);
    other.revoke(1);
    bob.rotate();
    assertThat(vault.beginGeneration(bob)).isEmpty();
  }

  @Test
  void whoAcceptsARestoredServerIsRidOfIt() throws Exception {
    team.unshare(bob.account());
    RunningVault vault = vault();

    Divergence lacks = vault.divergence(bob).orElseThrow();
    assertThat(lacks.lost()).isNotEmpty();
    assertThat(lacks.instead()).isEmpty();
    vault.acceptRestored(bob, lacks);

    assertThat(vault.divergence(bob)).isEmpty();
    try (Drives his = new Drives(bob, CLOCK)) {
      assertThat(his.list()).hasSize(1);
    }
  }

  @Test
  void whoIsLetInAgainFindsItAsItIs() throws Exception {
    team.unshare(bob.account());
    RunningVault vault = vault();
    vault.acceptRestored(bob, vault.divergence(bob).orElseThrow());
    team.share(alice.contact(new UserName("bob")), Right.READ);

    try (Drives his = new Drives(bob, CLOCK)) {
      assertThat(DriveFiles.tree(his.find("team"))).containsOnlyKeys("/plan/", "/his/");
    }
  }

  @Test
  @Tag("A23")
  void whatIsShownAgainIsNoOlderThanWhatWasSeen() throws Exception {
    team.unshare(bob.account());
    try (Drives his = new Drives(bob, CLOCK)) {
      his.forget(team.id());
    }
    team.share(alice.contact(new UserName("bob")), Right.READ);
    line.showRoots((_, _) -> Optional.empty());

    try (Drives his = new Drives(bob, CLOCK)) {
      assertThatThrownBy(() -> his.find("team").snapshot()).isInstanceOf(Untrusted.class);
    }
  }

  @Test
  @Tag("A23")
  void theHomeIsNeverTakenForGone() throws Exception {
    line.setLine(
        method -> {
          if (method == VaultMethod.ROSTER_GET || method == VaultMethod.ROOT_GET) {
            throw new Refused(ErrorCode.NOT_FOUND, "There is no such drive.");
          }
        });

    try (Drives his = new Drives(bob, CLOCK)) {
      assertThatThrownBy(() -> his.home().snapshot()).isInstanceOf(RosterRolledBack.class);
    }
  }

  @Test
  void aPersonIsToldWhatMayBeAndDropsIt() throws Exception {
    DriveId id = team.id();
    try (TestAgent agent = new TestAgent(bob)) {
      TestTerminal terminal = new TestTerminal(new VaultFeature(), agent);
      assertThat(terminal.run("df")).as("%s", terminal.warnings()).isZero();
      team.unshare(bob.account());

      assertThat(terminal.run("drive", "list")).isZero();
      assertThat(terminal.out()).contains("team (gone)", id.toString());
      String told = terminal.warnings().getLast();
      assertThat(told)
          .contains("The drive 'team' (" + id + ", owned by alice)", "this device found ")
          .contains("taken you out", "hides");
      assertThat(terminal.run("df")).isZero();
      assertThat(terminal.out()).contains("team (gone)");
      assertThat(terminal.run("ls", "team:/")).isOne();
      assertThat(terminal.warnings().getLast()).as("found once").isEqualTo(told);
      assertThat(terminal.run("ls", id + ":/")).isOne();
      assertThat(terminal.warnings().getLast())
          .contains("taken you out", "'anoncloud drive leave " + id + "'");
      assertThat(terminal.run("put", folder.toString(), "-r", id + ":/new")).isOne();
      assertThat(terminal.warnings().getLast()).contains("taken you out");
      assertThat(terminal.run("ls", "nosuch:/")).isOne();
      assertThat(terminal.warnings().getLast()).contains("There is no drive 'nosuch'");

      assertThat(terminal.run("drive", "leave", "--yes", id.toString())).isZero();

      assertThat(terminal.run("drive", "list")).isZero();
      assertThat(terminal.out()).doesNotContain(id.toString());
    }
  }
}
