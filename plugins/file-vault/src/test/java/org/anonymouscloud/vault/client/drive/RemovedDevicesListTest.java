package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.remove;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterByRemovedDevice;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thief whose device was removed, together with the server, which takes roots and lists of
 * members from it all the same: it says by a list how far the drive has come.
 */
@Tag("A16")
@Tag("A33")
final class RemovedDevicesListTest {
  @TempDir private Path folder;
  private TestServer server;
  private TestAccount alice;
  private TestAccount carol;
  private TestAccount stolen;
  private Drives alices;
  private Drive hers;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    alice = server.account();
    carol = TestAccount.of(3, server.newLine(3));
    alice.befriend("carol", carol);
    carol.befriend("alice", alice);
    alices = new Drives(alice, Clock.systemUTC());
    hers = alices.create(new Name("team"));
    write(hers, "/plan", noise(2_000, 1));
  }

  @AfterEach
  void stop() {
    alices.close();
    server.close();
  }

  /**
   * The thief's drive, once its device was removed; what was there before is named in the chain.
   */
  private Drive removed() throws IOException {
    stolen = alice.device(9, server.newLine());
    stolen.befriend("carol", carol);
    Drive thiefs = again(stolen);
    assertThat(tree(thiefs)).containsOnlyKeys("/plan");
    RawDrive raw = RawDrive.of(alice, hers.id());
    byte[] newest = raw.remote().root(VaultMessages.NEWEST).orElseThrow().root();
    alice.link(new Head(hers.id().object(), hers.counts().number(), Digest.sha256(newest)));
    stolen.revoke(1);
    alice.rotate();
    write(thiefs, "/planted", noise(10, 3));
    remove(thiefs, "/plan");
    return thiefs;
  }

  private Drive again(TestAccount account) {
    return Drive.of(account, hers.id(), Clock.systemUTC());
  }

  @Test
  void itsListDoesNotVouchForWhatItHasWritten() throws Exception {
    try (Drive thiefs = removed()) {
      thiefs.rename(new Name("thiefs"));
    }
    try (Drive fresh = again(alice.forgetful());
        Drive seen = again(alice)) {
      assertThat(tree(fresh)).containsOnlyKeys("/plan");
      assertThat(tree(seen)).containsOnlyKeys("/plan");
      write(seen, "/more", noise(10, 4));
      assertThat(tree(fresh)).containsOnlyKeys("/plan", "/more");
    }
    try (Drive later = again(alice)) {
      assertThat(tree(later)).containsOnlyKeys("/plan", "/more");
    }
  }

  @Test
  void itDoesNotMakeAnAccountAloneByTakingTheOthersOut() throws Exception {
    hers.share(alice.contact(UserName.parse("carol")), Right.READ);
    try (Drive thiefs = removed()) {
      thiefs.unshare(carol.account());
    }
    try (Drive fresh = again(alice.forgetful());
        Drive seen = again(alice)) {
      assertThatThrownBy(() -> tree(fresh)).isInstanceOf(RosterByRemovedDevice.class);
      assertThatThrownBy(() -> tree(seen)).isInstanceOf(RosterByRemovedDevice.class);
    }
  }

  @Test
  void whatItHadSaidBeforeItWasRemovedStandsWhereNobodyElseIs() throws Exception {
    stolen = alice.device(9, server.newLine());
    try (Drive thiefs = again(stolen)) {
      write(thiefs, "/its", noise(10, 3));
      thiefs.rename(new Name("other"));
    }
    RawDrive raw = RawDrive.of(alice, hers.id());
    byte[] newest = raw.remote().root(VaultMessages.NEWEST).orElseThrow().root();
    alice.link(new Head(hers.id().object(), hers.counts().number(), Digest.sha256(newest)));
    stolen.revoke(1);
    alice.rotate();
    try (Drive fresh = again(alice.forgetful())) {
      assertThat(tree(fresh)).containsOnlyKeys("/plan", "/its");
    }
  }
}
