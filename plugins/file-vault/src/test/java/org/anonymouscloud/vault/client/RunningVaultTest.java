package org.anonymouscloud.vault.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.Right;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunningVaultTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-28T16:57:58.123Z"), ZoneOffset.UTC);

  @TempDir private Path folder;

  @Test
  void aNewDeviceIsToldHowFarTheServerShowsTheDrive() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      RunningVault vault =
          new RunningVault(
              () -> {
                throw new NotLoggedIn();
              },
              CLOCK);
      assertThat(vault.takenOnTrust(server.account())).isEmpty();

      try (Drive drive = Drive.home(server.account(), CLOCK);
          Batch batch = drive.batch()) {
        batch.makeFolder(VaultPath.of("/a"), CLOCK.instant());
        batch.commit();
      }

      assertThat(vault.takenOnTrust(server.account()))
          .containsExactly(
              "The newest change of the drive that the server shows is of 2026-11-28 16:57 UTC"
                  + " (number 0). If you or another device changed something later, the server"
                  + " holds it back.");
    }
  }

  @Test
  void whoDeletesTheAccountIsToldWhichDrivesEndForOthers() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      TestAccount alice = server.account();
      TestAccount bob = TestAccount.of(2, server.newLine(2));
      alice.befriend("bob", bob);
      bob.befriend("alice", alice);
      RunningVault vault =
          new RunningVault(
              () -> {
                throw new NotLoggedIn();
              },
              CLOCK);
      try (Drives alices = new Drives(alice, CLOCK);
          Drives bobs = new Drives(bob, CLOCK)) {
        alices.create(new Name("alone"));
        Drive team = alices.create(new Name("team"));
        team.share(alice.contact(new UserName("bob")), Right.OWN);
        assertThat(bobs.usable()).hasSize(2);
      }

      assertThat(vault.endsForOthers(alice))
          .singleElement()
          .asString()
          .contains("'team' ends for its other member", "--pay");
      assertThat(vault.endsForOthers(bob)).isEmpty();
    }
  }
}
