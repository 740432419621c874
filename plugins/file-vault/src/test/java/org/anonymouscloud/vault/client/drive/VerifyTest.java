package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.remove;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.StolenDevice;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.space.Verification;
import org.anonymouscloud.vault.client.store.AsOf;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged or missing is named, and nothing else. */
final class VerifyTest {
  private static final int MIB = 1 << 20;

  @TempDir private Path folder;
  private TestServer server;
  private Drive writer;
  private Drive drive;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    MovedClock clock = new MovedClock();
    writer = Drive.home(server.account(), clock);
    makeFolder(writer, "/d");
    write(writer, "/d/large", noise(6 * MIB, 1));
    write(writer, "/d/small", noise(6_000, 2));
    write(writer, "/gone", noise(5_000, 3));
    remove(writer, "/gone");
    drive = Drive.home(server.account().device(2, server.newLine()), clock);
  }

  @AfterEach
  void stop() {
    drive.close();
    writer.close();
    server.close();
  }

  private Verification.Found verify(Drive one, String path, boolean full, boolean states)
      throws IOException {
    return one.verify(VaultPath.of(path), states, one.verification(full, () -> {}));
  }

  private static List<String> damaged(Verification.Found found) {
    return found.damaged().stream()
        .map(one -> one.state().map(state -> state + ":").orElse("") + one.path())
        .toList();
  }

  private PackName packOf(String path) throws IOException {
    return ((Ref) writer.snapshot().file(VaultPath.of(path)).content().extents().getFirst()).pack();
  }

  @Test
  void ofASoundDriveAllIsCounted() throws Exception {
    for (boolean full : new boolean[] {false, true}) {
      Verification.Found found = verify(drive, "/", full, false);
      assertThat(found.damaged()).isEmpty();
      assertThat(found.files()).isEqualTo(2);
      assertThat(found.folders()).isEqualTo(1);
      assertThat(found.bytes()).isEqualTo(6L * MIB + 6_000);
    }
    Verification.Found all = verify(drive, "/", true, true);
    assertThat(all.damaged()).isEmpty();
    assertThat(all.files()).isGreaterThan(2);
    assertThat(verify(drive, "/d/small", true, false).bytes()).isEqualTo(6_000);
    assertThatThrownBy(() -> verify(drive, "/no", false, false)).isInstanceOf(PathRefused.class);
  }

  @Test
  void aFullLookSaysHowMuchItReadsBeforeItReads() throws Exception {
    write(writer, "/wide", noise(20 * MIB, 4));
    AtomicReference<Verification> going = new AtomicReference<>();
    Set<Long> totals = new HashSet<>();
    List<Long> read = new ArrayList<>();
    Verification verification =
        drive.verification(
            true,
            () -> {
              if (going.get().read() > 0) {
                totals.add(going.get().toRead());
                read.add(going.get().read());
              }
            });
    going.set(verification);

    var _ = drive.verify(VaultPath.TOP, false, verification);

    long all = 26L * MIB + 6_000;
    assertThat(totals).containsExactly(all);
    assertThat(read).isSorted().first().as("not the file at once").isNotEqualTo(all);
    assertThat(verification.read()).isEqualTo(all);
  }

  @Test
  void aFullLookFetchesSeveralThingsAtOnce() throws Exception {
    write(writer, "/wide", noise(20 * MIB, 4));
    Interposer line = server.newLine();
    AtomicInteger underWay = new AtomicInteger();
    CountDownLatch several = new CountDownLatch(1);
    line.showPacks(
        (get, honest) -> {
          if (underWay.incrementAndGet() > 1) {
            several.countDown();
          }
          try {
            // One that is alone waits for another, which only comes if it is asked for meanwhile.
            boolean _ = several.await(2, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          underWay.decrementAndGet();
          return honest;
        });
    try (Drive other = Drive.home(server.account().device(3, line), new MovedClock())) {
      assertThat(verify(other, "/wide", true, false).damaged()).isEmpty();
    }
    assertThat(several.getCount()).as("two at once").isZero();
  }

  @Test
  @Tag("A21")
  void whoRefersToTheBytesOfAnotherFileAccusesItOfNothing() throws Exception {
    Entry.File good = writer.snapshot().file(VaultPath.of("/d/small"));
    try (StolenDevice device = new StolenDevice(server.account().device(3, server.newLine()))) {
      Entry evil =
          new Entry.File(
              Name.of("evil"),
              ItemId.random(),
              good.modified(),
              false,
              good.version(),
              good.content());
      device.plant(device.folder(device.top(), evil, good));
    }

    assertThat(damaged(verify(drive, "/", true, false))).containsExactly("/evil");
  }

  @Test
  @Tag("A21")
  void allFilesAreNamedThatShareWhatDoesNotOpen() throws Exception {
    PackName pack = packOf("/d/small");
    try (Batch batch = writer.batch()) {
      batch.copy(
          VaultPath.of("/d/small"), VaultPath.of("/a copy"), false, false, (path, why) -> {});
      batch.commit();
    }
    Interposer line = server.newLine();
    line.showPacks(
        (get, honest) -> {
          if (get.name().equals(pack.text()) && get.offset() == 0) {
            honest[100] ^= 1;
          }
          return honest;
        });
    try (Drive lied = Drive.home(server.account().device(3, line), new MovedClock())) {
      assertThat(damaged(verify(lied, "/", true, false)))
          .containsExactlyInAnyOrder("/a copy", "/d/small");
    }
  }

  @Test
  @Tag("A21")
  void aChangedByteIsFoundByAFullLookAlone() throws Exception {
    Entry.File large = writer.snapshot().file(VaultPath.of("/d/large"));
    assertThat(large.content().height()).as("a list lies above the segments").isPositive();
    PackName pack = packOf("/d/small");
    Drive lied = Drive.home(server.account(), new MovedClock());
    server
        .line()
        .showPacks(
            (get, honest) -> {
              if (get.name().equals(pack.text()) && get.offset() == 0) {
                honest[100] ^= 1;
              }
              return honest;
            });
    // Pages may lie in the same pack; the content stands before them.
    assertThat(damaged(verify(lied, "/", false, false))).isEmpty();
    assertThat(damaged(verify(lied, "/", true, false))).containsExactly("/d/small");
    assertThat(damaged(verify(lied, "/d/large", true, false))).isEmpty();
    lied.close();
  }

  @Test
  @Tag("A20")
  void aPackThatIsNotListedOrTooShortIsNamedByItsFiles() throws Exception {
    PackName pack = packOf("/d/small");
    for (boolean shorter : new boolean[] {false, true}) {
      server.line().showLists(honest -> without(honest, pack, shorter));
      try (Drive lied = Drive.home(server.account(), new MovedClock())) {
        assertThat(damaged(verify(lied, "/", false, false))).contains("/d/small");
        assertThat(damaged(verify(lied, "/", false, false))).doesNotContain("/d/large");
      }
    }
  }

  @Test
  void aPackThatTheServersDiskHasLostIsNamedByItsFilesUntilItIsBack() throws Exception {
    write(writer, "/wide", noise(20 * MIB, 4));
    Path pack = server.largestPack();
    byte[] whole = Files.readAllBytes(pack);
    Files.delete(pack);
    assertThat(damaged(verify(drive, "/", false, false))).containsExactly("/wide");

    Files.write(pack, Arrays.copyOf(whole, whole.length - 1));
    assertThat(damaged(verify(drive, "/", false, false))).containsExactly("/wide");

    Files.write(pack, whole);
    assertThat(damaged(verify(drive, "/", false, false))).isEmpty();
  }

  @Test
  void whatTheServersDiskHasLostIsSentAgainByAPutOfTheSame() throws Exception {
    byte[] content = noise(20 * MIB, 4);
    write(writer, "/wide", content);
    Path pack = server.largestPack();
    Files.delete(pack);
    long before = writer.usage().drive();

    write(writer, "/wide", content);

    assertThat(damaged(verify(drive, "/", false, false))).isEmpty();
    assertThat(damaged(verify(drive, "/", true, false))).isEmpty();
    assertThat(writer.usage().drive() - before)
        .as("what is there is not sent")
        .isBetween(15L * MIB, 18L * MIB);
  }

  private static VaultMessages.PackListed without(
      VaultMessages.PackListed honest, PackName pack, boolean shorter) {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    for (int at = 0; at < honest.packs().length; at += VaultMessages.LISTED_PACK) {
      byte[] one = new byte[VaultMessages.LISTED_PACK];
      ByteBuffer.wrap(honest.packs()).get(at, one);
      boolean meant = ByteBuffer.wrap(one, 0, 17).equals(ByteBuffer.wrap(pack.encode()));
      if (meant && shorter) {
        one[17] = 12;
      }
      // Only a small one, which does not even hold its content.
      if (!meant || shorter) {
        rest.writeBytes(one);
      }
    }
    return new VaultMessages.PackListed(rest.toByteArray(), honest.more());
  }

  @Test
  @Tag("A20")
  void whatAnEarlierStateLacksIsFoundIfThoseAreLookedAt() throws Exception {
    Snapshot then = writer.snapshot(new AsOf.Number(3));
    PackName pack = ((Ref) then.file(VaultPath.of("/gone")).content().extents().getFirst()).pack();
    server.line().showLists(honest -> without(honest, pack, false));
    try (Drive lied = Drive.home(server.account(), new MovedClock())) {
      assertThat(damaged(verify(lied, "/", false, false))).isEmpty();
      assertThat(damaged(verify(lied, "/", false, true))).contains("3:/gone");
    }
  }

  @Test
  void itEndsWhenItIsTold() {
    assertThatThrownBy(
            () ->
                drive.verify(
                    VaultPath.TOP,
                    false,
                    drive.verification(
                        true,
                        () -> {
                          throw new InterruptedIOException("cut");
                        })))
        .isInstanceOf(InterruptedIOException.class);
  }
}
