package org.anonymouscloud.core.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.anonymouscloud.core.blob.FaultyDisk.Step;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A blob is there whole and durable, or nothing of it is. */
final class BlobStoreTest {
  private static final int LENGTH = 300_000;
  private static final byte[] BYTES = new byte[LENGTH];

  static {
    new Random(7).nextBytes(BYTES);
  }

  @TempDir private Path folder;
  private final FaultyDisk disk = new FaultyDisk();
  private final BlobName blob = BlobName.random();
  private BlobStore store;

  @BeforeEach
  void open() throws IOException {
    store = disk.blobs(folder).open();
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private Checksum receive(byte[] bytes, int length) throws Exception {
    return store.receive(blob, new ByteArrayInputStream(bytes), length, false);
  }

  private byte[] sent(int offset, int length) throws Exception {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    assertThat(store.send(blob, offset, length, sent)).isTrue();
    return sent.toByteArray();
  }

  /** All files of blobs, whole or not. */
  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.endsWith(blob.text())).toList();
    }
  }

  private static void assertRefused(ErrorCode code, ThrowingCallable asked) {
    assertThatThrownBy(asked)
        .asInstanceOf(type(Refused.class))
        .extracting(Refused::code)
        .isEqualTo(code);
  }

  @Test
  void whatIsReceivedIsSentWholeAndInParts() throws Exception {
    receive(BYTES, LENGTH);

    assertThat(sent(0, LENGTH)).isEqualTo(BYTES);
    assertThat(sent(99_999, 100_001)).isEqualTo(Arrays.copyOfRange(BYTES, 99_999, 200_000));
    assertThat(files()).containsExactly(folder.resolve(BlobStore.pathOf(blob)));
  }

  @Test
  void theChecksumIsOfWhatCame() throws Exception {
    // RFC 3720, section B.4: 32 bytes that count up.
    byte[] counting = new byte[32];
    for (int i = 0; i < counting.length; i++) {
      counting[i] = (byte) i;
    }
    Checksum known = new Checksum(0x46dd794eL);

    assertThat(receive(counting, counting.length)).isEqualTo(known);
    assertThat(Checksum.of(new ByteArrayInputStream(counting))).isEqualTo(known);
    assertThat(Checksum.of(new ByteArrayInputStream(BYTES)))
        .isEqualTo(
            store.receive(BlobName.random(), new ByteArrayInputStream(BYTES), BYTES.length, false));
    for (long none : new long[] {-1, 1L << 32}) {
      assertThatThrownBy(() -> new Checksum(none)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aBlobIsItsServersAloneAndSaysNotWhenItCame() throws Exception {
    receive(BYTES, LENGTH);

    Path file = files().getFirst();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(Disk.NO_TIME);
    assertThat(Files.getLastModifiedTime(file.getParent())).isEqualTo(Disk.NO_TIME);
  }

  @Test
  void anUploadOfAnotherLengthIsRefusedAndLeavesNothing() throws Exception {
    assertRefused(ErrorCode.BAD_REQUEST, () -> receive(BYTES, LENGTH + 1));
    assertRefused(ErrorCode.BAD_REQUEST, () -> receive(BYTES, LENGTH - 1));

    assertThat(files()).isEmpty();
  }

  @Test
  void anUploadThatBreaksLeavesNothing() throws Exception {
    InputStream broken = InputStream.nullInputStream();
    broken.close();

    assertThatThrownBy(() -> store.receive(blob, broken, LENGTH, false))
        .isInstanceOf(IOException.class);

    assertThat(files()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = "DELETE", mode = EnumSource.Mode.EXCLUDE)
  void aDiskThatFailsAtAnyStepIsSaidAndLeavesNothing(Step step) throws Exception {
    disk.failAt(step, "Input/output error");
    assertRefused(ErrorCode.INTERNAL, () -> receive(BYTES, LENGTH));
    assertThat(files()).isEmpty();

    disk.heal();
    receive(BYTES, LENGTH);
    assertThat(sent(0, LENGTH)).isEqualTo(BYTES);
  }

  @Test
  void aBlobIsDurableInThisOrder() throws Exception {
    List<Step> steps = new ArrayList<>();
    disk.setFault(
        step -> {
          steps.add(step);
          return Optional.empty();
        });

    receive(new byte[4096], 4096);

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
  }

  @Test
  void whereNothingCanBeReceivedTheStoreSaysSo() throws Exception {
    assertThat(store.trouble(LENGTH)).isEmpty();
    Path incoming = folder.resolve(BlobFolder.INCOMING);
    Files.move(incoming, folder.resolve("away"));
    assertThat(store.trouble(LENGTH)).hasValue("a feature's folder cannot be written");
    Files.move(folder.resolve("away"), incoming);
    assertThat(store.trouble(LENGTH)).isEmpty();
  }

  @Test
  void theLastSpaceIsKeptForTheDatabase() throws Exception {
    disk.setSpace(BlobStore.SPARE_SPACE + LENGTH - 1);
    assertThat(store.trouble(LENGTH)).hasValue("the disk is full");
    assertRefused(ErrorCode.STORAGE_FULL, () -> receive(BYTES, LENGTH));
    assertThat(files()).isEmpty();

    disk.setSpace(BlobStore.SPARE_SPACE + LENGTH);
    assertThat(store.trouble(LENGTH)).isEmpty();
    receive(BYTES, LENGTH);
  }

  @Test
  void whoMakesRoomMayUseSomeOfTheLastSpace() throws Exception {
    disk.setSpace(BlobStore.SPARE_SPACE / 4 + LENGTH);
    assertRefused(ErrorCode.STORAGE_FULL, () -> receive(BYTES, LENGTH));
    store.receive(BlobName.random(), new ByteArrayInputStream(BYTES), LENGTH, true);

    disk.setSpace(BlobStore.SPARE_SPACE / 4 + LENGTH - 1);
    assertRefused(
        ErrorCode.STORAGE_FULL,
        () -> store.receive(BlobName.random(), new ByteArrayInputStream(BYTES), LENGTH, true));
    disk.setSpace(BlobStore.SPARE_SPACE - 1);
    int large = 2 << 20;
    assertRefused(
        ErrorCode.STORAGE_FULL,
        () ->
            store.receive(
                BlobName.random(), new ByteArrayInputStream(new byte[large]), large, true));
  }

  @Test
  void aFullDiskIsKnownWhateverItsLanguage() throws Exception {
    disk.setFault(
        step -> {
          if (step != Step.SYNC) {
            return Optional.empty();
          }
          disk.setSpace(0);
          return Optional.of(new IOException("Auf dem Gerät ist kein Speicherplatz mehr"));
        });

    assertRefused(ErrorCode.STORAGE_FULL, () -> receive(BYTES, LENGTH));

    assertThat(files()).isEmpty();
  }

  @Test
  void aDeletedBlobIsNotThereAndDeletingItAgainDoesNothing() throws Exception {
    receive(BYTES, LENGTH);
    List<Step> steps = new ArrayList<>();
    disk.setFault(
        step -> {
          steps.add(step);
          return Optional.empty();
        });

    store.delete(List.of(blob));
    assertThat(steps).endsWith(Step.DELETE, Step.SYNC_FOLDER);
    store.delete(List.of(blob));

    assertThat(files()).isEmpty();
    assertThat(store.send(blob, 0, 1, new ByteArrayOutputStream())).isFalse();
  }

  @Test
  void aFileThatWasCutIsAnErrorAndNotAnEnd() throws Exception {
    receive(BYTES, LENGTH);
    try (FileChannel file = FileChannel.open(files().getFirst(), StandardOpenOption.WRITE)) {
      file.truncate(200_000);
    }

    assertRefused(ErrorCode.INTERNAL, () -> sent(0, LENGTH));
    assertThat(sent(0, 200_000)).isEqualTo(Arrays.copyOf(BYTES, 200_000));
  }

  @Test
  void anotherProcessSeesWhatThisOneReceivedAndTakesNothingOfItForDead() throws Exception {
    receive(BYTES, LENGTH);

    try (BlobStore second = new BlobFolder(folder).open()) {
      assertThat(second.deadProcesses()).isEmpty();
      assertThat(second.process()).isNotEqualTo(store.process());
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      assertThat(second.send(blob, 0, LENGTH, sent)).isTrue();
      assertThat(sent.toByteArray()).isEqualTo(BYTES);
    }
  }

  @Test
  void nobodyDeletesWhileABackupHoldsTheLock() throws Exception {
    try (DeletionLock _ = new BlobFolder(folder).lockDeletions()) {
      assertThat(store.tryLockDeletions()).isEmpty();
    }

    Optional<DeletionLock> free = store.tryLockDeletions();
    assertThat(free).isPresent();
    free.get().close();
  }

  @Test
  void aFeatureThatKeepsNoBlobsHasNoFoldersOfThem(@TempDir Path unused) {
    var _ = new BlobFolder(unused);

    assertThat(unused).isEmptyDirectory();
  }

  @Test
  void aBlobThatCannotBeReadIsLoggedOnceHoweverOftenItIsAskedFor() throws Exception {
    receive(BYTES, LENGTH);
    Files.write(folder.resolve(BlobStore.pathOf(blob)), new byte[17]);
    Logger log = (Logger) LoggerFactory.getLogger(BlobStore.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    log.addAppender(said);
    try {
      for (int i = 0; i < 3; i++) {
        assertRefused(ErrorCode.INTERNAL, () -> sent(0, LENGTH));
      }
      assertThat(said.list).hasSize(1);
      assertThat(said.list.getFirst().getFormattedMessage()).contains("shorter than its blob");
    } finally {
      log.detachAppender(said);
    }
  }
}
