package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestRecords;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.resume.EarlierTryGone;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large file whose upload was cut goes on where it stopped, and is the file all the same. */
final class ResumeTest {
  private static final int MIB = 1 << 20;
  private static final int PACK = 16 * MIB;

  /** Three packs and a little. */
  private static final int CUT = 55 * MIB;

  private final byte[] large = noise(70 * MIB, 1);

  @TempDir private Path folder;
  private TestServer server;
  private Interposer line;
  private TestRecords records;
  private MovedClock clock;
  private Drive drive;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    line = server.line();
    records = server.account().records();
    clock = new MovedClock();
    drive = drive();
    write(drive, "/before", noise(100_000, 1));
  }

  @AfterEach
  void stop() {
    drive.close();
    server.close();
  }

  /** As after the agent was started again: it knows what is on the disk. */
  private Drive drive() {
    return Drive.home(server.account(), clock, Impatience.usual(), Pace.USUAL);
  }

  private void restart() {
    drive.close();
    drive = drive();
  }

  /** A try whose source breaks when the server has two packs. */
  private void cut(String path, byte[] content) {
    long enough = line.received() + 2L * PACK;
    InputStream breaking =
        new SequenceInputStream(
            new ByteArrayInputStream(content, 0, CUT),
            new InputStream() {
              @Override
              public int read() throws IOException {
                while (line.received() < enough) {
                  Thread.onSpinWait();
                }
                throw new IOException("The source broke.");
              }

              @Override
              public int read(byte[] target, int offset, int length) throws IOException {
                return read();
              }
            });
    assertThatThrownBy(
            () -> {
              try (Batch batch = drive.batch()) {
                batch.write(
                    VaultPath.of(path),
                    breaking,
                    new Attributes(DriveFiles.TIME, false),
                    DriveFiles.ANYWAY);
              }
            })
        .hasMessage("The source broke.");
  }

  private void assertThere(String path, byte[] content) throws IOException {
    assertThat(hash(read(drive, path))).isEqualTo(hash(content));
    assertThat(records.list("")).isEmpty();
  }

  @Test
  void aFileThatWasCutGoesOnWhereItStopped() throws Exception {
    write(drive, "/never cut", large);
    VaultMessages.Usage whole = drive.usage();
    long received = line.received();

    cut("/file", large);
    restart();
    Batch.Committed committed = write(drive, "/file", large);

    assertThere("/file", large);
    assertThat(committed.resumedBytes()).isBetween(2L * PACK - 2 * MIB, 3L * PACK);
    assertThat(line.received() - received).isLessThan(large.length * 105L / 100);
    assertThat(drive.usage().packs()).isEqualTo(2 * whole.packs() - 1);
    assertThat(drive.snapshot().file(VaultPath.of("/file")).version()).isEqualTo(1);
  }

  @Test
  void aFileThatIsCutAgainAndAgainIsSentOnce() throws Exception {
    long before = line.received();
    Random random = new Random(7);
    for (int i = 0; i < 8; i++) {
      AtomicInteger left = new AtomicInteger(2 + random.nextInt(2));
      line.setLine(
          method -> {
            if (left.get() < 0 || (method == VaultMethod.PACK_PUT && left.decrementAndGet() < 0)) {
              throw new IOException("Connection refused.");
            }
          });
      try {
        write(drive, "/file", large);
      } catch (IOException e) {
        assertThat(e).hasMessage("Connection refused.");
      }
      line.beHonest();
      restart();
    }

    write(drive, "/file", large);

    assertThere("/file", large);
    assertThat(line.received() - before).isLessThan(large.length * 105L / 100);
  }

  @Test
  void packsOfWhichNoAnswerCameAreGivenBackByTheNextTry() throws Exception {
    write(drive, "/never cut", large);
    long packs = drive.usage().packs();
    AtomicInteger answers = new AtomicInteger();
    line.setAnswerLine(
        method -> {
          if (method == VaultMethod.PACK_PUT && answers.incrementAndGet() >= 2) {
            line.setLine(
                next -> {
                  throw new IOException("Connection refused.");
                });
            throw new IOException("The connection was reset.");
          }
        });
    assertThatThrownBy(() -> write(drive, "/file", large)).hasMessage("Connection refused.");
    line.beHonest();
    restart();

    write(drive, "/file", large);

    assertThere("/file", large);
    assertThat(drive.usage().packs()).isEqualTo(2 * packs - 1);
  }

  @Test
  void aTryThatLackedItsRootAloneTakesItsSpaceOnce() throws Exception {
    // Their last packs are nearly empty, and long for the length of all.
    byte[] content = noise(64 * Ref.MAX_LENGTH + 100_000, 1);
    long before = drive.usage().used();
    write(drive, "/never cut", content);
    long each = drive.usage().used() - before;
    line.setLine(
        method -> {
          if (method == VaultMethod.ROOT_MOVE) {
            throw new IOException("Connection refused.");
          }
        });
    assertThatThrownBy(() -> write(drive, "/file", content)).hasMessage("Connection refused.");
    line.beHonest();
    restart();

    write(drive, "/file", content);

    assertThere("/file", content);
    assertThat(drive.usage().used()).isLessThanOrEqualTo(before + 2 * each + (1 << 16));
  }

  /** Ten files that are so short that each of them is soon sent again. */
  private void writeShort(String folder) throws IOException {
    try (Batch batch = drive.batch()) {
      batch.makeFolder(VaultPath.of(folder), DriveFiles.TIME);
      for (int i = 0; i < 10; i++) {
        put(batch, folder + "/" + i, noise(5 * MIB, 10 + i));
      }
      batch.commit();
    }
  }

  @Test
  void packsOfShortFilesThatWereCutAreGivenBackByTheNextTry() throws Exception {
    long before = drive.usage().used();
    writeShort("/never cut");
    long each = drive.usage().used() - before;
    // As if the agent were killed after three packs: it asks the server nothing more.
    AtomicInteger left = new AtomicInteger(3);
    line.setLine(
        method -> {
          if (method != VaultMethod.ROOT_GET
              && (method != VaultMethod.PACK_PUT || left.decrementAndGet() < 0)) {
            throw new IOException("Connection refused.");
          }
        });
    assertThatThrownBy(() -> writeShort("/cut")).hasMessage("Connection refused.");
    line.beHonest();
    assertThat(records.list("stray/")).isNotEmpty();
    restart();

    writeShort("/cut");

    assertThat(records.list("")).isEmpty();
    assertThat(drive.usage().used()).isEqualTo(before + 2 * each);
  }

  @Test
  void aChangeOfAFileThatWasCutGoesOn() throws Exception {
    write(drive, "/file", large);
    byte[] changed = noise(large.length, 2);
    cut("/file", changed);
    restart();

    Batch.Committed committed = write(drive, "/file", changed);

    assertThat(committed.resumedBytes()).isPositive();
    assertThere("/file", changed);
    assertThat(drive.snapshot().file(VaultPath.of("/file")).version()).isEqualTo(2);
  }

  @Test
  void aSourceThatHasChangedIsWrittenAsItIsNow() throws Exception {
    cut("/file", large);
    byte[] changed = large.clone();
    for (int at = 0; at < CUT; at += 5 * MIB) {
      changed[at] ^= 1;
    }

    Batch.Committed committed = write(drive, "/file", changed);

    assertThat(committed.resumedBytes()).isPositive();
    assertThere("/file", changed);
  }

  @Test
  void ofTwoPutsToOnePathAtOnceTheSecondWaitsForTheFirst() throws Exception {
    cut("/file", large);
    byte[] second = noise(20 * MIB, 2);
    AtomicReference<Batch.Committed> committed = new AtomicReference<>();
    Thread other;
    try (Batch one = drive.batch()) {
      put(one, "/file", large);
      Batch late = drive.batch();
      other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (late) {
                      put(late, "/file", second);
                      committed.set(late.commit());
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      assertThat(one.commit().resumedBytes()).isPositive();
    }
    other.join();

    assertThat(committed.get().resumedBytes()).isZero();
    assertThat(committed.get().conflicts()).hasSize(1);
    assertThat(tree(drive)).hasSize(3).containsEntry("/file", hash(large));
    assertThat(tree(drive).values()).contains(hash(second));
    assertThat(records.list("")).isEmpty();
  }

  @Test
  void aFileThatStandsTwiceInOneTreeIsTheLastOne() throws Exception {
    cut("/file", large);
    byte[] last = noise(20 * MIB, 2);

    try (Batch batch = drive.batch()) {
      put(batch, "/file", large);
      put(batch, "/file", last);
      batch.commit();
    }

    assertThere("/file", last);
  }

  @Test
  void aFileThatIsThereMeanwhileVoidsWhatWasSent() throws Exception {
    long packs = drive.usage().packs();
    cut("/file", large);
    Drive elsewhere =
        Drive.home(
            server.account().device(9, server.newLine()), clock, Impatience.usual(), Pace.USUAL);
    write(elsewhere, "/file", noise(10, 3));

    Batch.Committed committed = write(drive, "/file", noise(100, 4));

    assertThat(committed.resumedBytes()).isZero();
    assertThere("/file", noise(100, 4));
    assertThat(drive.usage().packs()).isEqualTo(packs + 2);
    elsewhere.close();
  }

  @Test
  void aTryThatIsOlderThanTheServerKeepsPacksIsForgotten() throws Exception {
    cut("/file", large);
    cut("/other", large);
    clock.move(Duration.ofHours(21));
    restart();

    assertThat(write(drive, "/file", large).resumedBytes()).isZero();
    assertThere("/file", large);
  }

  @Test
  void aDamagedNoteIsNotUsed() throws Exception {
    cut("/file", large);
    Random random = new Random(3);
    records.replace(
        (key, value) -> {
          value[random.nextInt(value.length)] ^= (byte) (1 + random.nextInt(255));
          return value;
        });
    write(drive, "/file", large);
    assertThere("/file", large);

    cut("/cut short", large);
    records.replace((key, value) -> Arrays.copyOf(value, value.length / 2));
    restart();
    assertThat(write(drive, "/cut short", large).resumedBytes()).isZero();
    assertThere("/cut short", large);
  }

  @Test
  void aNoteOfAnotherFileMakesNoWrongFile() throws Exception {
    byte[] other = noise(large.length, 5);
    cut("/file", large);
    String from = records.list("upload/").getFirst();
    String path = from.substring(0, from.lastIndexOf('/') + 1);
    cut("/other", other);
    records.replaceKeys(
        key -> key.startsWith(path) ? key : path + key.substring(key.lastIndexOf('/') + 1));
    restart();

    write(drive, "/file", other);
    assertThere("/file", other);
  }

  @Test
  void aNoteOfAnotherDriveMakesNoWrongFile() throws Exception {
    cut("/file", large);
    records.replaceKeys(key -> key.replaceFirst("^upload/.", "upload/x"));
    restart();

    assertThat(write(drive, "/file", large).resumedBytes()).isZero();
    assertThat(hash(read(drive, "/file"))).isEqualTo(hash(large));
  }

  @Test
  void packsThatTheServerHasGivenUpAreNamedAsTheCauseAndTheNextTryIsWhole() throws Exception {
    cut("/file", large);
    RemoteVault remote = RawDrive.of(server.account()).remote();
    remote.drop(line.packs().keySet().stream().map(PackName::new).toList());

    assertThatThrownBy(() -> write(drive, "/file", large)).isInstanceOf(EarlierTryGone.class);
    assertThat(tree(drive)).containsOnlyKeys("/before");
    assertThat(records.list("")).isEmpty();

    assertThat(write(drive, "/file", large).resumedBytes()).isZero();
    assertThere("/file", large);
  }

  @Test
  void whatWasGoneOnFromIsGivenBackTooWhenTheQuotaStopsIt() throws Exception {
    VaultMessages.Usage before = drive.usage();
    cut("/file", large);
    assertThat(drive.usage().used()).isGreaterThan(before.used());
    server.half().setQuota(before.used() + 60L * MIB);

    assertThatThrownBy(() -> write(drive, "/file", large)).isInstanceOf(ServerRefused.class);

    assertThat(records.list("")).isEmpty();
    assertThat(drive.usage().packs()).isEqualTo(before.packs());
  }

  @Test
  void whatCouldNotBeGivenBackIsGivenBackLater() throws Exception {
    long before = drive.usage().used();
    server.half().setQuota(before + 40L * MIB);
    line.setLine(
        method -> {
          if (method == VaultMethod.PACK_DROP) {
            throw new IOException("Connection refused.");
          }
        });
    assertThatThrownBy(() -> write(drive, "/file", large)).isInstanceOf(ServerRefused.class);
    assertThat(drive.usage().used()).isGreaterThan(before);
    line.beHonest();
    clock.move(Duration.ofMinutes(2));

    write(drive, "/small", noise(100, 1));

    assertThat(records.list("")).isEmpty();
    assertThat(drive.usage().used()).isLessThan(before + MIB);
  }

  @Test
  void aServerThatDropsNothingDelaysNotEachUpload() throws Exception {
    packsOfAnUploadThatFails();
    AtomicInteger drops = new AtomicInteger();
    line.setLine(
        method -> {
          if (method == VaultMethod.PACK_DROP) {
            drops.incrementAndGet();
            throw new IOException("Connection refused.");
          }
        });
    write(drive, "/one", noise(100, 1));
    int first = drops.get();
    write(drive, "/two", noise(100, 2));

    assertThat(first).isPositive();
    assertThat(drops).hasValue(first);
  }

  /** They stay on the server, as the line is cut. */
  private void packsOfAnUploadThatFails() throws IOException {
    AtomicInteger left = new AtomicInteger(2);
    line.setLine(
        method -> {
          if (method == VaultMethod.PACK_DROP
              || (method == VaultMethod.PACK_PUT && left.decrementAndGet() < 0)) {
            throw new IOException("Connection refused.");
          }
        });
    assertThatThrownBy(() -> writeShort("/cut")).hasMessage("Connection refused.");
    line.beHonest();
    restart();
  }

  @Test
  @Tag("A33")
  void whatWasSealedBeforeADeviceWasRemovedIsSealedAnew() throws Exception {
    cut("/file", large);
    server.account().rotate();

    assertThat(write(drive, "/file", large).resumedBytes()).isZero();
    assertThere("/file", large);
  }

  @Test
  void aDiskThatFailsStopsNoUpload() throws Exception {
    cut("/file", large);
    records.breakDown();
    restart();

    write(drive, "/file", large);

    assertThat(hash(read(drive, "/file"))).isEqualTo(hash(large));
  }

  @Test
  void notesThatAreAnOldCopyAreDeleted() throws Exception {
    cut("/file", large);
    records.rollBack();
    restart();

    assertThat(write(drive, "/file", large).resumedBytes()).isZero();
    assertThere("/file", large);
    cut("/next", large);
    assertThat(records.list("")).isNotEmpty();
  }

  @Test
  void aShortFileIsNotNoted() throws Exception {
    try (Batch batch = drive.batch()) {
      put(batch, "/short", noise(15 * MIB, 1));
      put(batch, "/shorter", noise(15 * MIB, 2));
      put(batch, "/shortest", noise(100, 3));
    }

    assertThat(records.list("")).isEmpty();
  }

  @Test
  void aDriveThatIsNotUsedAnyMoreLeavesNoNotes() throws Exception {
    cut("/file", large);
    assertThat(records.list("")).isNotEmpty();

    drive.forgetUploads();

    assertThat(records.list("")).isEmpty();
  }

  @Test
  void aContentThatTurnsOutWrongIsNotKeptForTheNextTry() throws Exception {
    VaultMessages.Usage before = drive.usage();
    try (Batch batch = drive.batch()) {
      put(batch, "/file", large);
      assertThat(batch.takeBack(VaultPath.of("/file"))).isTrue();
    }

    assertThat(records.list("")).isEmpty();
    assertThat(drive.usage().packs()).isEqualTo(before.packs());
  }
}
