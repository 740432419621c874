package org.anonymouscloud.vault.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.members.HostileRenewal;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the vault says in a link of the account's chain while somebody keeps it from a drive. */
final class RunningVaultHeadsTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-28T16:57:58Z"), ZoneOffset.UTC);

  @TempDir private Path folder;

  @Test
  @Tag("A16")
  void aMemberOfASharedDriveKeepsNoStolenDeviceInTheAccountsOfOthers() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      TestAccount alice = server.account();
      TestAccount bob = TestAccount.of(2, server.newLine(2));
      TestAccount carol = TestAccount.of(3, server.newLine(3));
      alice.befriend("bob", bob);
      alice.befriend("carol", carol);
      carol.befriend("alice", alice);
      carol.shows(bob);
      bob.befriend("alice", alice);
      bob.shows(carol);
      TestAccount stolen = bob.device(9, server.newLine(2));
      Head home;
      try (Drives alices = new Drives(alice, CLOCK);
          Drives bobs = new Drives(bob, CLOCK)) {
        Drive team = alices.create(new Name("team"));
        makeFolder(team);
        team.share(alice.contact(new UserName("bob")), Right.READ);
        team.share(alice.contact(new UserName("carol")), Right.WRITE);
        makeFolder(bobs.home());
        assertThat(bobs.usable()).hasSize(2);
        home = bobs.home().head(Set.of()).orElseThrow();
        ChainFloor made = new ChainFloor(7, Digest.sha256(new byte[] {1}));
        new HostileRenewal(
                carol,
                team.id(),
                member ->
                    member.account().equals(carol.account())
                        ? new Member(member.account(), member.right(), 0, made)
                        : member)
            .send();
      }

      RunningVault vault = vault();
      assertThat(vault.heads(bob, Set.of(stolen.device()))).containsExactly(home);
      assertThat(vault.heads(bob, Set.of())).containsExactly(home);
      assertThatThrownBy(() -> vault.divergence(bob)).isInstanceOf(IOException.class);

      // One whose chain cannot be had at all.
      bob.hides(carol);
      assertThat(vault.heads(bob, Set.of(stolen.device()))).containsExactly(home);
      bob.chokesOn(carol);
      assertThat(vault.heads(bob, Set.of(stolen.device()))).containsExactly(home);
    }
  }

  /** The home can be shared, too. */
  @Test
  @Tag("A16")
  void aMemberOfTheHomeWhoseKeysAreRefusedKeepsNoStolenDeviceInTheAccount() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      TestAccount alice = server.account();
      TestAccount bob = TestAccount.of(2, server.newLine(2));
      alice.befriend("bob", bob);
      bob.befriend("alice", alice);
      TestAccount stolen = alice.device(9, server.newLine());
      Head own;
      DriveId home;
      try (Drives alices = new Drives(alice, CLOCK);
          Drives bobs = new Drives(bob, CLOCK)) {
        makeFolder(alices.home());
        home = alices.home().id();
        alices.home().share(alice.contact(new UserName("bob")), Right.WRITE);
        Drive team = alices.create(new Name("team"));
        makeFolder(team);
        own = team.head(Set.of()).orElseThrow();
        makeFolder(bobs.find(home.toString()));
      }
      alice.refuses(bob);

      RunningVault vault = vault();
      assertThat(vault.heads(alice, Set.of(stolen.device()))).contains(own);
      assertThat(vault.heads(alice, Set.of())).contains(own);
      assertThat(vault.heads(alice.forgetful(), Set.of(stolen.device()))).contains(own);
    }
  }

  @Test
  @Tag("A36")
  void aFaultOverOneDriveKeepsNoOtherFromItsNewKeysAndIsTold() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      TestAccount alice = server.account();
      TestAccount bob = TestAccount.of(2, server.newLine(2));
      TestAccount other = alice.device(9, server.newLine());
      other.befriend("bob", bob);
      try (Drives alices = new Drives(alice, CLOCK);
          Drives others = new Drives(other, CLOCK)) {
        makeFolder(alices.home());
        others.home().share(other.contact(new UserName("bob")), Right.READ);
        Drive team = alices.create(new Name("team"));
        makeFolder(team);
        alice.chokesOn(bob);
        alice.rotate();

        assertThatThrownBy(() -> vault().beginGeneration(alice))
            .isInstanceOf(IllegalStateException.class);

        assertThat(team.members().orElseThrow().generation()).isEqualTo(1);
      }
    }
  }

  private static RunningVault vault() {
    return new RunningVault(
        () -> {
          throw new NotLoggedIn();
        },
        CLOCK);
  }

  private static void makeFolder(Drive drive) throws Exception {
    try (Batch batch = drive.batch()) {
      batch.makeFolder(VaultPath.of("/" + drive.counts().number()), CLOCK.instant());
      batch.commit();
    }
  }
}
