package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.PastState;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.KeysNotGiven;
import org.anonymouscloud.vault.client.remote.Untrusted.NotAsNamed;
import org.anonymouscloud.vault.client.remote.Untrusted.RootForked;
import org.anonymouscloud.vault.client.remote.Untrusted.RootNotSigned;
import org.anonymouscloud.vault.client.remote.Untrusted.RootRolledBack;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterRolledBack;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server's owner shows other states of the drive than the newest. A device that has seen
 * nothing yet believes each of them, so what refuses them is what the other device remembers.
 */
final class RollbackTest {
  @TempDir private Path folder;
  private TestServer server;
  private Interposer line;
  private TestAccount account;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder.resolve("one"));
    line = server.line();
    account = server.account();
    try (Drive drive = drive(account)) {
      for (int i = 0; i < 12; i++) {
        write(drive, "/file " + i, noise(10, i));
      }
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Drive drive(AccountSession account) {
    return Drive.home(account, Clock.systemUTC(), Impatience.usual(), Pace.USUAL);
  }

  private static void assertRefused(Class<? extends Untrusted> kind, AccountSession account) {
    try (Drive drive = drive(account)) {
      assertThatThrownBy(() -> tree(drive)).isInstanceOf(kind);
      assertThatThrownBy(() -> write(drive, "/more", noise(10, 1))).isInstanceOf(kind);
    }
  }

  private void showNewest(int number) {
    List<byte[]> roots = line.roots();
    line.showRoots(
        (asked, honest) ->
            asked == VaultMessages.NEWEST
                ? Optional.of(new VaultMessages.RootGot(number, roots.get(number), 0))
                : honest);
  }

  @Test
  @Tag("A23")
  void anOlderRootIsRefusedByWhoSawANewerOneAndByNobodyElse() throws Exception {
    for (int number : new int[] {10, 1, 0}) {
      showNewest(number);
      assertRefused(RootRolledBack.class, account);
      try (Drive newcomer = drive(account.device(5, line))) {
        assertThat(tree(newcomer)).hasSize(number + 1);
      }
    }
    line.beHonest();
    try (Drive drive = drive(account)) {
      assertThat(tree(drive)).hasSize(12);
    }
  }

  @Test
  @Tag("S4.13")
  void anOlderStateThatAPersonAcceptsIsGoneOnFromAndWhatItLacksIsNamed() throws Exception {
    showOnlyUpTo(5);
    assertRefused(RootRolledBack.class, account);
    try (Drive drive = drive(account)) {
      Divergence shown = drive.divergence().orElseThrow();
      assertThat(shown.lost())
          .extracting(lost -> lost.head().number())
          .containsExactly(6L, 7L, 8L, 9L, 10L, 11L);
      assertThat(shown.lost())
          .extracting(PastState::device)
          .containsOnly(Optional.of(account.device()));
      assertThat(shown.instead().map(PastState::head).map(Head::number)).contains(5L);
      assertThatThrownBy(() -> tree(drive)).as("asked is not yet accepted").isNotNull();
      showOnlyUpTo(4);
      assertThatThrownBy(() -> drive.acceptRestored(shown)).hasMessageContaining("by now");
      showOnlyUpTo(5);

      drive.acceptRestored(shown);

      assertThat(tree(drive)).hasSize(6);
      assertThat(drive.divergence()).isEmpty();
    }
    try (Drive drive = drive(account)) {
      assertThat(tree(drive)).hasSize(6);
    }
    showOnlyUpTo(4);
    assertRefused(RootRolledBack.class, account);
    showOnlyUpTo(-1);
    assertRefused(RootRolledBack.class, account);
    try (Drive drive = drive(account)) {
      Divergence shown = drive.divergence().orElseThrow();
      assertThat(shown.instead()).isEmpty();
      drive.acceptRestored(shown);
      assertThat(tree(drive)).isEmpty();
    }
    line.beHonest();
    try (Drive drive = drive(account)) {
      assertThat(tree(drive)).hasSize(12);
    }
  }

  @Test
  @Tag("S4.13")
  void aStateThatTheChainDoesNotAllowIsNotEvenAcceptedAtAPersonsWord() throws Exception {
    try (Drive drive = drive(account)) {
      account.link(drive.head(Set.of()).orElseThrow());
    }
    showOnlyUpTo(5);
    try (Drive drive = drive(account)) {
      assertThatThrownBy(drive::divergence).isInstanceOf(NotAsNamed.class);
    }
    assertRefused(RootRolledBack.class, account);
    line.beHonest();
    try (Drive drive = drive(account)) {
      assertThat(tree(drive)).hasSize(12);
    }
  }

  /** The server has lost all roots after this one. */
  private void showOnlyUpTo(int number) {
    List<byte[]> roots = line.roots();
    line.showRoots(
        (asked, honest) -> {
          int wanted = asked == VaultMessages.NEWEST ? number : (int) asked;
          return wanted < 0 || wanted > number
              ? Optional.empty()
              : Optional.of(new VaultMessages.RootGot(wanted, roots.get(wanted), 0));
        });
  }

  @Test
  @Tag("A23")
  void aDriveThatIsSuddenlyNewIsRefused() {
    line.showRoots((asked, honest) -> Optional.empty());

    assertRefused(RootRolledBack.class, account);
  }

  @Test
  @Tag("A23")
  void anOldRootUnderANewNumberIsRefused() {
    List<byte[]> roots = line.roots();
    line.showRoots((asked, honest) -> Optional.of(new VaultMessages.RootGot(12, roots.get(5), 0)));

    assertRefused(RootNotSigned.class, account);
  }

  @Test
  @Tag("A23")
  void anotherHistoryOfTheSameAccountIsAFork() throws Exception {
    // What the account's other device was shown: a drive of its own, with valid roots.
    try (TestServer elsewhere = TestServer.start(folder.resolve("two"))) {
      TestAccount other = account.device(2, elsewhere.newLine());
      try (Drive drive = drive(other)) {
        for (int i = 0; i < 12; i++) {
          write(drive, "/else " + i, noise(10, i));
        }
        assertRefused(RosterRolledBack.class, account.through(elsewhere.newLine()));
        write(drive, "/one more", noise(10, 0));
        assertRefused(RosterRolledBack.class, account.through(elsewhere.newLine()));
        for (int i = 0; i < 5; i++) {
          write(drive, "/five more " + i, noise(10, i));
        }
        assertRefused(RosterRolledBack.class, account.through(elsewhere.newLine()));
        try (Drive newcomer = drive(account.device(3, elsewhere.newLine()))) {
          assertThat(tree(newcomer)).hasSize(18);
        }
      }
    }
  }

  @Test
  @Tag("A23")
  void aNewerRootWhoseAncestorsAreKeptBackIsRefused() throws Exception {
    TestAccount away = account.through(line);
    try (Drive drive = drive(account)) {
      for (int i = 0; i < 4; i++) {
        write(drive, "/later " + i, noise(10, i));
      }
    }
    line.showRoots((asked, honest) -> asked == 14 ? Optional.empty() : honest);
    assertRefused(RootForked.class, away);

    line.showRoots(
        (asked, honest) ->
            asked == 14
                ? Optional.of(new VaultMessages.RootGot(14, line.roots().get(13), 0))
                : honest);
    assertRefused(RootNotSigned.class, away);

    line.beHonest();
    try (Drive drive = drive(away)) {
      assertThat(tree(drive)).hasSize(16);
    }
  }

  @Test
  @Tag("A22")
  void aRootThatNoDeviceOfTheAccountHasSignedIsRefused() throws Exception {
    byte[] newest = line.roots().getLast();
    for (int at = 0; at < newest.length; at++) {
      byte[] forged = newest.clone();
      forged[at] ^= 1;
      line.showRoots((asked, honest) -> Optional.of(new VaultMessages.RootGot(11, forged, 0)));
      try (Drive newcomer = drive(account.device(6, line))) {
        assertThatThrownBy(newcomer::snapshot).isInstanceOf(RootNotSigned.class);
      }
    }
    line.showRoots((asked, honest) -> Optional.of(new VaultMessages.RootGot(11, newest, 0)));
    try (Drive newcomer = drive(account.device(6, line))) {
      assertThat(tree(newcomer)).hasSize(12);
    }
  }

  @Test
  @Tag("A22")
  void aRootOfADeviceThatIsNotInTheChainIsRefused() throws Exception {
    TestAccount lost = account.device(4, line);
    try (Drive drive = drive(lost)) {
      write(drive, "/by the lost device", noise(10, 1));
    }
    try (Drive newcomer = drive(account.device(6, line))) {
      assertThat(tree(newcomer)).hasSize(13);
    }

    lost.forget();

    try (Drive newcomer = drive(account.device(7, line))) {
      assertThatThrownBy(newcomer::snapshot).isInstanceOf(RootNotSigned.class);
    }
  }

  @Test
  @Tag("A16")
  void aRemovedDeviceReadsNothingThatIsWrittenLaterAndItsOwnOlderRootsStay() throws Exception {
    TestAccount lost = account.device(4, line);
    try (Drive drive = drive(lost)) {
      write(drive, "/by the lost device", noise(10, 1));
    }
    try (Drive drive = drive(account)) {
      Head head = drive.head(Set.of(lost.device())).orElseThrow();
      lost.revoke(1);
      account.rotate();
      account.link(head);
    }
    TestAccount newcomer = account.device(6, line);
    try (Drive drive = drive(newcomer)) {
      assertThat(tree(drive)).hasSize(13);
    }

    try (Drive drive = drive(account)) {
      write(drive, "/after", noise(10, 1));
    }

    try (Drive drive = drive(lost)) {
      assertThatThrownBy(drive::snapshot)
          .as("the server hands it all there is")
          .isInstanceOf(KeysNotGiven.class);
    }
    // With the keys it does read on, so nothing else stood in its way; its own roots do not count.
    lost.rotate();
    try (Drive drive = drive(lost)) {
      write(drive, "/forged", noise(10, 1));
    }
    try (Drive drive = drive(newcomer)) {
      assertThat(tree(drive)).containsKey("/after").doesNotContainKey("/forged");
    }
  }

  @Test
  @Tag("A23")
  void nothingOfARootIsShownBeforeItIsRemembered() throws Exception {
    try (Drive drive = drive(account)) {
      write(drive, "/new", noise(10, 1));
    }
    TestAccount forgetful = account.device(8, line);
    forgetful.fillDisk();
    int asked = line.asked().size();

    try (Drive drive = drive(forgetful)) {
      assertThatThrownBy(() -> tree(drive)).hasMessage("The disk is full.");
    }

    assertThat(line.asked().subList(asked, line.asked().size()))
        .containsExactly(VaultMethod.ROOT_GET, VaultMethod.ROSTER_GET, VaultMethod.GRANT_GET);
  }
}
