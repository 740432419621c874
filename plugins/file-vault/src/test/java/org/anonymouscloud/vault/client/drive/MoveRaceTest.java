package org.anonymouscloud.vault.client.drive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.ANYWAY;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.move;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.remove;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One device moves while another changes the same: the later one begins anew. */
final class MoveRaceTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-03T10:00:00Z"), ZoneOffset.UTC);
  private static final byte[] OLD = "old".getBytes(UTF_8);
  private static final byte[] NEW = "new".getBytes(UTF_8);
  private static final String MARK = " (conflict 02020202 2026-11-03)";

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

  private static void moving(Batch batch, String from, String to) throws IOException {
    batch.move(VaultPath.of(from), VaultPath.of(to), false);
  }

  @Test
  void whatAnotherDeviceWroteMeanwhileMovesAlong() throws Exception {
    makeFolder(first, "/a/deep");
    write(first, "/a/deep/f", OLD);
    write(first, "/g", OLD);
    try (Batch late = second.batch()) {
      moving(late, "/a", "/b");
      moving(late, "/g", "/h");
      write(first, "/a/deep/f", NEW);
      write(first, "/a/more", NEW);
      write(first, "/g", NEW);
      assertThat(late.commit().conflicts()).isEmpty();
    }

    assertThat(tree(first))
        .hasSize(5)
        .containsEntry("/b/deep/f", hash(NEW))
        .containsEntry("/b/more", hash(NEW))
        .containsEntry("/h", hash(NEW))
        .isEqualTo(tree(second));
  }

  @Test
  void whatAnotherDeviceHasMovedOrRemovedIsNotMovedAgain() throws Exception {
    write(first, "/moved", OLD);
    write(first, "/removed", OLD);
    for (String path : new String[] {"/moved", "/removed"}) {
      try (Batch late = second.batch()) {
        moving(late, path, "/mine");
        if (path.equals("/moved")) {
          move(first, path, "/theirs");
        } else {
          remove(first, path);
        }
        assertThatThrownBy(late::commit)
            .isInstanceOfSatisfying(
                PathRefused.class, e -> assertThat(e.reason()).isEqualTo(PathRefused.Reason.GONE))
            .hasMessageContaining(path);
      }
    }

    assertThat(tree(second)).containsOnlyKeys("/theirs");
  }

  @Test
  void allOfSeveralMovesHappenOrNone() throws Exception {
    write(first, "/a", OLD);
    write(first, "/b", OLD);
    makeFolder(first, "/d");
    try (Batch late = second.batch()) {
      moving(late, "/a", "/d/a");
      moving(late, "/b", "/d/b");
      remove(first, "/b");
      assertThatThrownBy(late::commit).isInstanceOf(PathRefused.class);
    }

    assertThat(tree(second)).containsOnlyKeys("/a", "/d/");
  }

  @Test
  void whatCameToTheNewPlaceMeanwhileStaysAndTheMovedOneIsNamedForItsDevice() throws Exception {
    write(first, "/a", OLD);
    makeFolder(first, "/from/x");
    try (Batch late = second.batch()) {
      moving(late, "/a", "/b.txt");
      moving(late, "/from", "/to");
      write(first, "/b.txt", NEW);
      makeFolder(first, "/to/theirs");
      assertThat(late.commit().conflicts())
          .containsExactly(VaultPath.of("/b" + MARK + ".txt"), VaultPath.of("/to" + MARK));
      assertThat(late.place(VaultPath.of("/b.txt"), 0)).hasToString("/b" + MARK + ".txt");
      assertThat(late.place(VaultPath.of("/to/x"), 0)).hasToString("/to" + MARK + "/x");
      assertThat(late.place(VaultPath.of("/b"), 0)).hasToString("/b");
    }

    assertThat(tree(first))
        .containsEntry("/b.txt", hash(NEW))
        .containsEntry("/b" + MARK + ".txt", hash(OLD))
        .containsOnlyKeys(
            "/b.txt",
            "/b" + MARK + ".txt",
            "/to/",
            "/to/theirs/",
            "/to" + MARK + "/",
            "/to" + MARK + "/x/");
  }

  @Test
  void aCopyIsWhatItWasWhenItWasAskedForAndStandsBesideWhatCameMeanwhile() throws Exception {
    makeFolder(first, "/from");
    write(first, "/from/f", OLD);
    write(first, "/a", OLD);
    try (Batch late = second.batch()) {
      copying(late, "/from", "/to");
      copying(late, "/a", "/b");
      remove(first, "/from");
      write(first, "/a", NEW);
      write(first, "/b", NEW);
      makeFolder(first, "/to");
      assertThat(late.commit().conflicts())
          .containsExactly(VaultPath.of("/b" + MARK), VaultPath.of("/to" + MARK));
    }

    assertThat(tree(first))
        .containsEntry("/to" + MARK + "/f", hash(OLD))
        .containsEntry("/b" + MARK, hash(OLD))
        .containsEntry("/b", hash(NEW))
        .containsKey("/to/")
        .doesNotContainKey("/from/");
  }

  private static void copying(Batch batch, String from, String to) throws IOException {
    batch.copy(
        VaultPath.of(from),
        VaultPath.of(to),
        true,
        false,
        (folder, why) -> {
          throw why;
        });
  }

  @Test
  void twoFoldersThatDevicesMoveIntoOneAnotherAreBothKept() throws Exception {
    makeFolder(first, "/a");
    makeFolder(first, "/b");
    write(first, "/a/f", OLD);
    write(first, "/b/g", NEW);
    try (Batch late = second.batch()) {
      moving(late, "/a", "/b/a");
      move(first, "/b", "/a/b");
      late.commit();
    }

    assertThat(tree(first)).containsValues(hash(OLD), hash(NEW)).isEqualTo(tree(second));
    assertThat(tree(first)).containsKeys("/b/a/f", "/b/a/b/g");
  }

  @Test
  void theFolderIntoWhichItGoesIsMadeAnewIfAnotherDeviceRemovedIt() throws Exception {
    makeFolder(first, "/d");
    write(first, "/f", OLD);
    try (Batch late = second.batch()) {
      moving(late, "/f", "/d/f");
      remove(first, "/d");
      late.commit();
    }

    assertThat(tree(first)).containsOnlyKeys("/d/", "/d/f");
  }

  @Test
  void whatIsWrittenWhereAnotherDeviceMovedItAwayIsKeptToo() throws Exception {
    write(first, "/f", OLD);
    makeFolder(first, "/d");
    write(first, "/d/g", OLD);
    try (Batch late = second.batch()) {
      put(late, "/f", NEW);
      put(late, "/d/g", NEW);
      move(first, "/f", "/f2");
      move(first, "/d", "/d2");
      assertThat(late.commit().conflicts()).isEmpty();
    }

    assertThat(tree(first))
        .hasSize(6)
        .containsEntry("/f", hash(NEW))
        .containsEntry("/f2", hash(OLD))
        .containsEntry("/d/g", hash(NEW))
        .containsEntry("/d2/g", hash(OLD));
  }

  @Test
  void aRemovalTakesNothingThatWasMovedIntoTheFolderMeanwhileOrOutOfIt() throws Exception {
    makeFolder(first, "/d/sub");
    write(first, "/d/out", OLD);
    write(first, "/d/sub/old", OLD);
    write(first, "/in", NEW);
    try (Batch late = second.batch()) {
      late.remove(VaultPath.of("/d"), true, ANYWAY);
      move(first, "/d/out", "/out");
      move(first, "/in", "/d/sub/in");
      late.commit();
    }

    assertThat(tree(first)).containsOnlyKeys("/d/", "/d/sub/", "/d/sub/in", "/out");
  }
}
