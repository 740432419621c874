package org.anonymouscloud.vault.client.drive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.ANYWAY;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.TIME;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.remove;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two devices of one account write at once: the later one begins anew on what the other made. */
final class ConflictTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-03T10:00:00Z"), ZoneOffset.UTC);
  private static final byte[] OLD = "old".getBytes(UTF_8);
  private static final byte[] ONE = "of the first".getBytes(UTF_8);
  private static final byte[] TWO = "of the second".getBytes(UTF_8);
  private static final String COPY = "/report (conflict 02020202 2026-11-03).txt";

  @TempDir private Path folder;
  private TestServer server;
  private Drive first;
  private Drive second;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    first = Drive.home(server.account(), CLOCK);
    second = Drive.home(server.account().device(2, server.newLine()), CLOCK);
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
    server.close();
  }

  @Test
  void changesOfDifferentFilesAreBothKept() throws Exception {
    makeFolder(first, "/shared");
    try (Batch late = second.batch()) {
      put(late, "/shared/two", TWO);
      write(first, "/shared/one", ONE);
      assertThat(late.commit().conflicts()).isEmpty();
    }

    assertThat(tree(first))
        .containsEntry("/shared/one", hash(ONE))
        .containsEntry("/shared/two", hash(TWO))
        .hasSize(3)
        .isEqualTo(tree(second));
  }

  @Test
  void aFileThatBothChangeIsKeptTwiceTheSecondNamedForItsDeviceAndDay() throws Exception {
    write(first, "/report.txt", OLD);
    Batch.Committed committed;
    try (Batch late = second.batch()) {
      put(late, "/report.txt", TWO);
      write(first, "/report.txt", ONE);
      committed = late.commit();
    }

    assertThat(committed.conflicts()).containsExactly(VaultPath.of(COPY));
    assertThat(read(first, "/report.txt")).isEqualTo(ONE);
    assertThat(read(first, COPY)).isEqualTo(TWO);
  }

  @Test
  void aSecondConflictOfTheDayGetsANumber() throws Exception {
    write(first, "/report.txt", OLD);
    for (int i = 0; i < 2; i++) {
      try (Batch late = second.batch()) {
        put(late, "/report.txt", ("two " + i).getBytes(UTF_8));
        write(first, "/report.txt", ("one " + i).getBytes(UTF_8));
        late.commit();
      }
    }

    assertThat(read(first, "/report.txt")).asString(UTF_8).isEqualTo("one 1");
    assertThat(read(first, COPY)).asString(UTF_8).isEqualTo("two 0");
    assertThat(read(first, "/report (conflict 02020202 2026-11-03 2).txt"))
        .asString(UTF_8)
        .isEqualTo("two 1");
  }

  @Test
  void aFileThatBothMakeIsKeptTwice() throws Exception {
    try (Batch late = second.batch()) {
      put(late, "/report.txt", TWO);
      write(first, "/report.txt", ONE);
      late.commit();
    }

    assertThat(tree(first)).containsOnlyKeys("/report.txt", COPY);
  }

  @Test
  void aFileThatOneChangesAndTheOtherRemovesStays() throws Exception {
    write(first, "/a", OLD);
    write(first, "/b", OLD);
    try (Batch late = second.batch()) {
      put(late, "/a", TWO);
      late.remove(VaultPath.of("/b"), false, ANYWAY);
      remove(first, "/a");
      write(first, "/b", ONE);
      assertThat(late.commit().conflicts()).isEmpty();
    }

    assertThat(tree(first))
        .hasSize(2)
        .containsEntry("/a", hash(TWO))
        .containsEntry("/b", hash(ONE));
  }

  @Test
  void aFolderThatIsRemovedKeepsWhatTheOtherPutIntoIt() throws Exception {
    makeFolder(first, "/folder/deep");
    write(first, "/folder/old", OLD);
    write(first, "/folder/deep/old", OLD);
    try (Batch late = second.batch()) {
      late.remove(VaultPath.of("/folder"), true, ANYWAY);
      write(first, "/folder/deep/new", ONE);
      late.commit();
    }

    assertThat(tree(first)).containsOnlyKeys("/folder/", "/folder/deep/", "/folder/deep/new");
  }

  @Test
  void aFileInAFolderThatTheOtherRemovesBringsTheFolderBack() throws Exception {
    makeFolder(first, "/folder");
    write(first, "/folder/old", OLD);
    try (Batch late = second.batch()) {
      put(late, "/folder/new", TWO);
      remove(first, "/folder");
      late.commit();
    }

    assertThat(tree(first)).containsOnlyKeys("/folder/", "/folder/new");
  }

  @Test
  void aFileWhereTheOtherMadeAFolderIsKeptBesideIt() throws Exception {
    try (Batch late = second.batch()) {
      put(late, "/report.txt", TWO);
      makeFolder(first, "/report.txt/sub");
      late.commit();
    }

    assertThat(tree(first)).containsOnlyKeys("/report.txt/", "/report.txt/sub/", COPY);
  }

  @Test
  void aFolderWhereTheOtherMadeAFileIsKeptBesideIt() throws Exception {
    try (Batch late = second.batch()) {
      late.makeFolder(VaultPath.of("/report.txt"), TIME);
      put(late, "/report.txt/inside", TWO);
      write(first, "/report.txt", ONE);
      late.commit();
    }

    assertThat(tree(first)).containsOnlyKeys("/report.txt", COPY + "/", COPY + "/inside");
  }

  @Test
  void aChangeWithAConditionFailsRatherThanKeepTwo() throws Exception {
    write(first, "/report.txt", OLD);
    Entry.File before = second.snapshot().file(VaultPath.of("/report.txt"));
    try (Batch late = second.batch()) {
      late.write(
          VaultPath.of("/report.txt"),
          new ByteArrayInputStream(TWO),
          new Attributes(TIME, false),
          new Precondition.OneOf(List.of(EntryTag.of(before))));
      write(first, "/report.txt", ONE);
      assertThatThrownBy(late::commit)
          .isInstanceOfSatisfying(
              PathRefused.class, e -> assertThat(e.reason()).isEqualTo(PathRefused.Reason.CHANGED));
    }

    assertThat(tree(second)).hasSize(1).containsEntry("/report.txt", hash(ONE));
  }

  @Test
  void batchesOfOneDeviceDoNotRaceEachOther() throws Exception {
    Thread[] writers = new Thread[8];
    for (int i = 0; i < writers.length; i++) {
      String path = "/file " + i;
      writers[i] = Thread.ofVirtual().unstarted(() -> writeQuietly(path));
    }
    for (Thread writer : writers) {
      writer.start();
    }
    for (Thread writer : writers) {
      writer.join();
    }

    assertThat(tree(first)).hasSize(writers.length).hasSameSizeAs(server.line().roots());
  }

  private void writeQuietly(String path) {
    try {
      write(first, path, path.getBytes(UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
