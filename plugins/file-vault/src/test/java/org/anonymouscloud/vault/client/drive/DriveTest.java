package org.anonymouscloud.vault.client.drive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DriveTest {
  private static final Attributes PLAIN =
      new Attributes(Instant.parse("2026-10-01T12:00:00.123456789Z"), false);

  private static final Precondition ANYWAY = new Precondition.Anything();

  @TempDir private Path folder;
  private TestServer half;
  private Interposer server;
  private Drive drive;

  @BeforeEach
  void open() throws IOException {
    half = TestServer.start(folder);
    server = half.line();
    drive = Drive.home(half.account(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    drive.close();
    half.close();
  }

  @Test
  void aDriveThatWasNeverWrittenToIsEmptyAndNothingIsSentToSayso() throws Exception {
    assertThat(DriveFiles.tree(drive).keySet()).isEmpty();
    assertThat(server.roots()).isEmpty();
    assertThat(server.packs()).isEmpty();
  }

  @Test
  void aFileComesBackWithItsAttributes() throws Exception {
    byte[] content = "hello".getBytes(UTF_8);
    write("/a.txt", content, new Attributes(PLAIN.modified(), true));

    Entry.File file = drive.snapshot().file(VaultPath.of("/a.txt"));
    assertThat(read(file)).isEqualTo(content);
    assertThat(file.modified()).isEqualTo(PLAIN.modified());
    assertThat(file.executable()).isTrue();
    assertThat(file.version()).isEqualTo(1);
    assertThat(server.packs()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        16_383,
        16_384,
        Ref.MAX_LENGTH - 1,
        Ref.MAX_LENGTH,
        Ref.MAX_LENGTH + 1,
        4 * Ref.MAX_LENGTH,
        4 * Ref.MAX_LENGTH + 1,
        40 * Ref.MAX_LENGTH + 12_345
      })
  void filesOfAnySizeComeBackWholeAndInPart(int size) throws Exception {
    byte[] content = noise(size, 7);
    write("/file", content, PLAIN);

    Snapshot snapshot = drive.snapshot();
    Entry.File file = snapshot.file(VaultPath.of("/file"));
    assertThat(file.content().length()).isEqualTo(size);
    assertThat(read(file)).isEqualTo(content);
    Random random = new Random(size);
    for (int i = 0; i < 20; i++) {
      int from = random.nextInt(size + 1);
      int length = random.nextInt(size - from + 1);
      ByteArrayOutputStream part = new ByteArrayOutputStream();
      snapshot.read(file, from, length, part);
      assertThat(part.toByteArray())
          .isEqualTo(java.util.Arrays.copyOfRange(content, from, from + length));
    }
  }

  @Test
  void eachPackIsAPowerOfTwo() throws Exception {
    write("/big", noise(20 << 20, 3), PLAIN);

    for (byte[] pack : server.packs().values()) {
      assertThat(Integer.bitCount(pack.length)).isEqualTo(1);
      assertThat(pack.length).isBetween(VaultMessages.MIN_PACK, VaultMessages.MAX_PACK);
    }
    assertThat(server.packs()).hasSize(2);
  }

  @Test
  void aSmallChangeInALargeFileSendsLittle() throws Exception {
    byte[] content = noise(30 << 20, 4);
    write("/big", content, PLAIN);
    long before = server.received();
    content[15 << 20] ^= 1;

    write("/big", content, PLAIN);

    assertThat(server.received() - before).isLessThanOrEqualTo(2 << 20);
    Entry.File file = drive.snapshot().file(VaultPath.of("/big"));
    assertThat(read(file)).isEqualTo(content);
    assertThat(file.version()).isEqualTo(2);
  }

  @Test
  void writingTheSameAgainChangesNothing() throws Exception {
    byte[] content = noise(6 << 20, 5);
    write("/same", content, PLAIN);
    int roots = server.roots().size();
    long received = server.received();

    write("/same", content, PLAIN);

    assertThat(server.roots()).hasSize(roots);
    assertThat(server.received()).isEqualTo(received);
    assertThat(drive.snapshot().file(VaultPath.of("/same")).version()).isEqualTo(1);
  }

  @Test
  void aTreeIsOneRootAndAFewPacks() throws Exception {
    try (Batch batch = drive.batch()) {
      batch.makeFolder(VaultPath.of("/tree"), PLAIN.modified());
      for (int i = 0; i < 300; i++) {
        VaultPath folder = VaultPath.of("/tree/folder " + i % 10);
        batch.makeFolder(folder, PLAIN.modified());
        batch.write(
            VaultPath.of(folder + "/file " + i),
            new ByteArrayInputStream(noise(i * 10, i)),
            PLAIN,
            ANYWAY);
      }
      batch.commit();
    }

    assertThat(server.roots()).hasSize(1);
    assertThat(server.packs()).hasSizeLessThanOrEqualTo(2);
    Cursor<Step.Begin> walk = DriveFiles.walk(drive.snapshot(), VaultPath.of("/tree"));
    List<String> paths = new ArrayList<>();
    for (Step.Begin begin = walk.next(); begin != null; begin = walk.next()) {
      paths.add(begin.path().toString());
      if (begin.entry() instanceof Entry.File file) {
        int i = Integer.parseInt(file.name().text().substring(5));
        assertThat(read(file)).isEqualTo(noise(i * 10, i));
      }
    }
    assertThat(paths).hasSize(310).isSorted();
  }

  @Test
  void whatCannotBeIsRefusedByName() throws Exception {
    write("/file", new byte[1], PLAIN);
    try (Batch batch = drive.batch()) {
      batch.makeFolder(VaultPath.of("/folder"), PLAIN.modified());
      batch.makeFolder(VaultPath.of("/folder/inner"), PLAIN.modified());
      batch.commit();
    }

    assertRefused(PathRefused.Reason.NOT_FOUND, "/none/file");
    assertRefused(PathRefused.Reason.NOT_A_FOLDER, "/file/below");
    assertRefused(PathRefused.Reason.IS_A_FOLDER, "/folder");
    assertRefused(PathRefused.Reason.IS_A_FOLDER, "/");
    try (Batch batch = drive.batch()) {
      assertThatThrownBy(() -> batch.remove(VaultPath.of("/folder"), false, ANYWAY))
          .isInstanceOf(PathRefused.class)
          .hasMessageContaining("not empty");
      batch.remove(VaultPath.of("/folder"), true, ANYWAY);
      batch.remove(VaultPath.of("/file"), false, ANYWAY);
      batch.commit();
    }
    assertThat(DriveFiles.tree(drive).keySet()).isEmpty();
  }

  private void assertRefused(PathRefused.Reason reason, String path) {
    assertThatThrownBy(() -> write(path, new byte[1], PLAIN))
        .isInstanceOfSatisfying(PathRefused.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  @Tag("S4.9")
  void atALoweredQuotaWhatIsThereCanBeRemovedAndNothingWritten() throws Exception {
    write("/kept", noise(100_000, 1), PLAIN);
    write("/gone", noise(100_000, 2), PLAIN);
    half.half().setQuota(1024);

    assertThatThrownBy(() -> write("/more", noise(10, 3), PLAIN))
        .hasMessageContaining("space is used up");
    try (Batch batch = drive.batch()) {
      batch.remove(VaultPath.of("/gone"), false, ANYWAY);
      batch.commit();
    }

    assertThat(DriveFiles.tree(drive).keySet()).containsExactly("/kept");
  }

  private void write(String path, byte[] content, Attributes attributes) throws IOException {
    try (Batch batch = drive.batch()) {
      batch.write(VaultPath.of(path), new ByteArrayInputStream(content), attributes, ANYWAY);
      batch.commit();
    }
  }

  private byte[] read(Entry.File file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    drive.snapshot().read(file, 0, file.content().length(), out);
    return out.toByteArray();
  }

  private static byte[] noise(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
