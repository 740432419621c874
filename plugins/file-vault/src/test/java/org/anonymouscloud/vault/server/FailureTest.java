package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.protocol.VaultMessages.MAX_PACK;
import static org.anonymouscloud.vault.protocol.VaultMessages.MIN_PACK;
import static org.anonymouscloud.vault.server.VaultClient.EMPTY;
import static org.anonymouscloud.vault.server.VaultClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.blob.FaultyDisk;
import org.anonymouscloud.core.blob.FaultyDisk.Step;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Disks that are full or broken, and databases that go away. */
final class FailureTest {
  private static final byte[] ROOT = {1, 2, 3};
  private static final byte[] PACK = filled(MIN_PACK);

  @TempDir Path folder;
  private final FaultyDisk disk = new FaultyDisk();
  private final PackName name = PackName.random();
  private FaultyDatabase database;
  private ServerHalf server;
  private VaultClient client;
  private DriveId drive;
  private Stored stored;

  @BeforeEach
  void start() throws IOException {
    database = new FaultyDatabase(ServerHalf.sqlite(folder));
    server = ServerHalf.start(folder, database, disk);
    client = VaultClient.create(server, AccountId.random());
    drive = client.drive();
    stored = new Stored(server.database(), server.folder());
    // From here on its thread has nothing to do until it is woken.
    server.sweep();
  }

  @AfterEach
  void afterwardsAllIsAsItShouldBe() throws Exception {
    disk.heal();
    database.heal();
    server.sweep();
    stored.checkSums();
    assertThat(stored.space(drive).reserved()).isZero();
    server.close();
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 7);
    return bytes;
  }

  private void assertNothingIsThere() throws Exception {
    assertThat(client.usage().packs()).isZero();
    server.sweep();
    assertThat(stored.files()).isEmpty();
    assertThat(stored.space(drive)).isEqualTo(Space.bytes(EMPTY));
  }

  @Test
  void aFullDiskIsSaidAndLeavesNothing() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    disk.setFault(
        step ->
            step == Step.WRITE && writes.incrementAndGet() > 3
                ? Optional.of(new IOException("No space left on device"))
                : Optional.empty());

    assertThat(refusal(() -> client.put(name, filled(MAX_PACK)))).isEqualTo(ErrorCode.STORAGE_FULL);

    assertNothingIsThere();
    disk.heal();
    client.put(name, PACK);
  }

  @Test
  @Tag("S4.17")
  void aDiskThatDoesNotTakeEveryPackIsTroubleBeforeOneIsRefused() throws Exception {
    disk.setSpace(MAX_PACK + BlobStore.SPARE_SPACE);
    assertThat(server.service().trouble()).isEmpty();
    client.put(name, filled(MAX_PACK));

    disk.setSpace(MAX_PACK + BlobStore.SPARE_SPACE - 1);
    assertThat(server.service().trouble()).hasValue("the disk is full");
    assertThat(refusal(() -> client.put(PackName.random(), filled(MAX_PACK))))
        .isEqualTo(ErrorCode.STORAGE_FULL);

    disk.failAt(Step.SPACE, "Input/output error");
    assertThat(server.service().trouble()).hasValue("the disk fails");
  }

  @Test
  void aPackThatIsDroppedWhileItComesDoesNotStay() throws Exception {
    CountDownLatch comes = new CountDownLatch(1);
    CountDownLatch dropped = new CountDownLatch(1);
    disk.setFault(
        step -> {
          if (step == Step.SYNC) {
            comes.countDown();
            await(dropped);
          }
          return Optional.empty();
        });
    AtomicReference<ErrorCode> said = new AtomicReference<>();
    Thread upload =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    client.put(name, PACK);
                  } catch (Refused e) {
                    said.set(e.code());
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    await(comes);

    client.drop(List.of(name));
    dropped.countDown();
    upload.join();

    assertThat(said).hasValue(ErrorCode.NOT_FOUND);
    disk.heal();
    assertNothingIsThere();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "DELETE", mode = EnumSource.Mode.EXCLUDE)
  void aPutWhoseDiskFailsIsNeverAcknowledged(Step step) throws Exception {
    disk.failAt(step, "Input/output error");

    try {
      client.put(name, PACK);
      throw new AssertionError("This was acknowledged.");
    } catch (Refused e) {
      assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL);
      assertThat(e.retryable()).isTrue();
    }

    disk.heal();
    assertNothingIsThere();
    client.put(name, PACK);
    assertThat(client.get(name, MIN_PACK)).isEqualTo(PACK);
  }

  @Test
  void aPackIsDurableInThisOrderBeforeItIsThere() throws Exception {
    List<Step> steps = Collections.synchronizedList(new ArrayList<>());
    disk.setFault(
        step -> {
          assertThat(server.usedBytes(drive)).isEqualTo(EMPTY);
          steps.add(step);
          return Optional.empty();
        });

    client.put(name, PACK);

    // The folder itself is new, so its name is made durable too.
    assertThat(steps)
        .containsExactly(
            Step.SPACE,
            Step.CREATE,
            Step.WRITE,
            Step.SYNC,
            Step.SYNC_FOLDER,
            Step.RENAME,
            Step.SYNC_FOLDER);
    assertThat(server.usedBytes(drive)).isEqualTo(EMPTY + MIN_PACK);
  }

  @Test
  void aFileThatCannotBeDeletedIsDeletedLater() throws Exception {
    client.put(name, PACK);
    client.move(0, ROOT, List.of(name));
    disk.failAt(Step.DELETE, "Input/output error");
    server.expire(drive, List.of(name));
    server.sweep();
    assertThat(client.usage().packs()).isZero();
    assertThat(client.usage().used()).isEqualTo(EMPTY + RootHeader.ROOT);
    assertThat(stored.files()).hasSize(1);

    disk.heal();
    server.sweep();

    assertThat(stored.files()).isEmpty();
  }

  @Test
  void whatAFailedPutCannotDeleteIsDeletedLater() throws Exception {
    disk.setFault(
        step ->
            step == Step.SYNC || step == Step.DELETE
                ? Optional.of(new IOException("Input/output error"))
                : Optional.empty());
    assertThat(refusal(() -> client.put(name, PACK))).isEqualTo(ErrorCode.INTERNAL);
    assertThat(stored.files()).hasSize(1);

    disk.heal();

    assertNothingIsThere();
  }

  @Test
  void aPackThatTheDiskHasLostIsAnErrorAndNotAnEnd() throws Exception {
    client.put(name, filled(1 << 20));
    Path file = onlyFile();

    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(600_000);
    }
    assertThat(refusal(() -> client.get(name, 1 << 20))).isEqualTo(ErrorCode.INTERNAL);
    assertThat(server.service().lostFiles()).as("known at once").isEqualTo(1);
    assertThat(client.get(name.text(), 0, 600_000)).isEqualTo(filled(600_000));

    Files.delete(file);
    assertThat(refusal(() -> client.get(name, 1 << 20))).isEqualTo(ErrorCode.INTERNAL);

    server.expire(drive, List.of(name));
    server.sweep();
    assertThat(refusal(() -> client.get(name, 1 << 20))).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void aPackThatTheDiskHasLostIsNoticedWithoutAReaderAndCountsUntilItIsBackOrGone()
      throws Exception {
    client.put(name, PACK);
    Path file = onlyFile();
    assertThat(server.service().lostFiles()).isZero();
    Files.delete(file);

    server.sweep();
    assertThat(server.service().lostFiles()).isEqualTo(1);
    Files.write(file, PACK);
    assertThat(server.service().lostFiles()).isZero();

    Files.delete(file);
    assertThat(refusal(() -> client.get(name, MIN_PACK))).isEqualTo(ErrorCode.INTERNAL);
    assertThat(server.service().lostFiles()).isEqualTo(1);
    server.expire(drive, List.of(name));
    server.sweep();
    assertThat(server.service().lostFiles()).isZero();
  }

  @Test
  void aLostOrUnreadablePackCountsNoMoreOnceItIsGivenBack() throws Exception {
    for (boolean readable : List.of(true, false)) {
      PackName spoilt = PackName.random();
      client.put(spoilt, PACK);
      Path file = onlyFile();
      client.next(List.of(spoilt), List.of());
      Files.delete(file);
      if (!readable) {
        Files.createSymbolicLink(file, file.getFileName());
      }
      server.sweep();
      assertThat(server.service().lostFiles()).isEqualTo(1);

      client.next(List.of(), List.of(spoilt));
      server.sweep();
      assertThat(server.service().lostFiles()).as("kept for a day").isZero();
      server.sweep();
      assertThat(server.service().lostFiles()).as("and not found again").isZero();

      client.next(List.of(spoilt), List.of());
      server.sweep();
      assertThat(server.service().lostFiles()).as("brought back").isEqualTo(1);
      client.next(List.of(), List.of(spoilt));
      server.expire(drive, List.of(spoilt));
      Files.deleteIfExists(file);
      server.sweep();
    }
  }

  @Test
  void aPackThatTheDiskDoesNotGiveCountsUntilItCanBeRead() throws Exception {
    client.put(name, PACK);
    Path file = onlyFile();
    Files.delete(file);
    // Its own target: it is there, and nobody can open it, the superuser included.
    Files.createSymbolicLink(file, file.getFileName());

    server.sweep();
    assertThat(server.service().lostFiles()).as("without a reader").isEqualTo(1);
    assertThatThrownBy(() -> client.get(name, MIN_PACK))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.retryable()).as("not lost").isTrue());
    Files.delete(file);
    Files.write(file, PACK);
    server.sweep();
    assertThat(server.service().lostFiles()).isZero();

    Files.delete(file);
    Files.createSymbolicLink(file, file.getFileName());
    assertThat(refusal(() -> client.get(name, MIN_PACK))).isEqualTo(ErrorCode.INTERNAL);
    assertThat(server.service().lostFiles()).as("with one").isEqualTo(1);
    server.expire(drive, List.of(name));
    server.sweep();
    assertThat(server.service().lostFiles()).as("needed no more").isZero();
  }

  private Path onlyFile() throws IOException {
    String file = stored.files().first();
    try (Stream<Path> found = Files.walk(server.folder())) {
      return found.filter(path -> path.endsWith(file)).findFirst().orElseThrow();
    }
  }

  @Test
  void aDatabaseThatIsAwayAtFirstLeavesNothing() throws Exception {
    database.failAfter(0, false);

    assertThat(refusal(() -> client.put(name, PACK))).isEqualTo(ErrorCode.UNAVAILABLE);

    database.heal();
    assertNothingIsThere();
  }

  @Test
  void aReservationThatNobodyHeardOfIsTakenBack() throws Exception {
    database.failAfter(0, true);
    assertThat(refusal(() -> client.put(name, PACK))).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(stored.space(drive).reserved()).isEqualTo(MIN_PACK);

    database.heal();

    assertNothingIsThere();
  }

  @Test
  void aDatabaseThatGoesAwayDuringAPutLeavesNothing() throws Exception {
    database.failAfter(1, false);

    assertThat(refusal(() -> client.put(name, PACK))).isEqualTo(ErrorCode.UNAVAILABLE);

    database.heal();
    assertNothingIsThere();
  }

  @Test
  void aPackThatWasStoredAlthoughTheAnswerWasLostIsWhole() throws Exception {
    database.failAfter(1, true);
    assertThat(refusal(() -> client.put(name, PACK))).isEqualTo(ErrorCode.UNAVAILABLE);

    database.heal();
    server.sweep();

    client.put(name.text(), MIN_PACK, new byte[0]);
    client.move(0, ROOT, List.of(name));
    assertThat(client.get(name, MIN_PACK)).isEqualTo(PACK);
  }

  @Test
  void aCutUploadIsClearedAwayWhenTheDatabaseIsBack() throws Exception {
    Call call =
        client
            .link()
            .open(
                VaultMethod.PACK_PUT.toString(),
                Cbor.encode(
                    new VaultMessages.PackPut(drive.bytes(), name.text(), MAX_PACK, false)));
    call.upload().write(filled(Pipe.CAPACITY + 1));
    database.failAfter(0, false);
    call.close();
    try {
      call.answer();
      throw new AssertionError("This was acknowledged.");
    } catch (IOException e) {
      assertThat(stored.space(drive).reserved()).isEqualTo(MAX_PACK);
    }

    database.heal();

    assertNothingIsThere();
  }

  @Test
  void aMoveThatFailsHasNotHappened() throws Exception {
    client.put(name, PACK);
    database.failAfter(0, false);
    assertThat(refusal(() -> client.move(0, ROOT, List.of(name)))).isEqualTo(ErrorCode.UNAVAILABLE);

    database.heal();

    assertThat(refusal(() -> client.root(VaultMessages.NEWEST))).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(client.get(name, MIN_PACK)).isEqualTo(PACK);
  }
}
