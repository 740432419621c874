package org.anonymouscloud.vault.client.drive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.ANYWAY;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.discard;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.move;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.restoreAll;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.trash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.store.KnownRoot;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is removed goes to the trash and comes back, also while another device changes the same. */
final class TrashTest {
  private static final Instant NOW = Instant.parse("2026-11-03T10:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final byte[] OLD = "old".getBytes(UTF_8);
  private static final byte[] NEW = "new".getBytes(UTF_8);

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

  private Trees trees() throws IOException {
    return first.snapshot().root().map(KnownRoot::trees).orElseThrow();
  }

  private static Batch discarding(Drive drive, String path) throws IOException {
    Batch batch = drive.batch();
    batch.discard(VaultPath.of(path), true, ANYWAY);
    return batch;
  }

  @Test
  void whatWasRemovedComesBackAsItWasAndTheHiddenTreeIsEmptyThen() throws Exception {
    makeFolder(first, "/a/b/empty");
    write(first, "/a/b/f", OLD);
    write(first, "/a/g", OLD);
    var before = tree(first);
    Trees trees = trees();

    discard(first, "/a/b");
    discard(second, "/a/g");

    assertThat(tree(second)).containsOnlyKeys("/a/");
    assertThat(trash(second)).containsExactlyInAnyOrder("/a/b/", "/a/g");
    restoreAll(second);
    assertThat(tree(first)).isEqualTo(before);
    assertThat(trees().aside()).isEqualTo(trees.aside());
    assertThat(trash(first)).isEmpty();
  }

  @Test
  void severalThatOneBatchRemovesAreOneRemovalAndOneRoot() throws Exception {
    makeFolder(first, "/d");
    write(first, "/d/a", OLD);
    write(first, "/d/b", OLD);
    long number = first.snapshot().root().orElseThrow().number();
    try (Batch batch = first.batch()) {
      batch.discard(VaultPath.of("/d/a"), false, ANYWAY);
      batch.discard(VaultPath.of("/d/b"), false, ANYWAY);
      assertThat(batch.commit().removal()).isPresent();
    }

    assertThat(first.snapshot().root().orElseThrow().number()).isEqualTo(number + 1);
    assertThat(trash(first)).containsExactly("/d/a", "/d/b");
    assertThat(first.snapshot().trash().removals())
        .satisfies(each -> assertThat(each.next()).isNotNull());
  }

  @Test
  void aRemovalThatLosesARaceTakesWhatDidNotChangeAndLeavesTheRest() throws Exception {
    makeFolder(first, "/d/sub/same");
    write(first, "/d/kept", OLD);
    write(first, "/d/gone", OLD);
    write(first, "/d/sub/gone", OLD);
    write(first, "/d/sub/same/x", OLD);
    try (Batch late = discarding(second, "/d")) {
      write(first, "/d/kept", NEW);
      write(first, "/d/sub/new", NEW);
      late.commit();
    }

    assertThat(tree(first)).containsOnlyKeys("/d/", "/d/kept", "/d/sub/", "/d/sub/new");
    assertThat(trash(first)).containsExactly("/d/gone", "/d/sub/gone", "/d/sub/same/");
    restoreAll(first);
    assertThat(tree(first))
        .containsOnlyKeys(
            "/d/",
            "/d/gone",
            "/d/kept",
            "/d/sub/",
            "/d/sub/gone",
            "/d/sub/new",
            "/d/sub/same/",
            "/d/sub/same/x");
  }

  @Test
  void twoDevicesMayRemoveAtOnceAndBothRemovalsStay() throws Exception {
    write(first, "/a", OLD);
    write(first, "/b", NEW);
    try (Batch late = discarding(second, "/a")) {
      discard(first, "/b");
      late.commit();
    }
    assertThat(trash(first)).containsExactlyInAnyOrder("/a", "/b");
  }

  @Test
  void theSameThatTwoDevicesRemoveIsInTheTrashOnce() throws Exception {
    write(first, "/a", OLD);
    try (Batch late = discarding(second, "/a")) {
      discard(first, "/a");
      assertThat(late.commit().removal()).isEmpty();
    }
    assertThat(trash(first)).containsExactly("/a");
  }

  @Test
  void whatIsThereByNowStaysAndWhatComesBackStandsBesideIt() throws Exception {
    makeFolder(first, "/d");
    write(first, "/d/f", OLD);
    discard(first, "/d");
    makeFolder(first, "/d/other");
    Batch.Committed committed = restoreAll(first);

    String mark = "/d (conflict 01010101 2026-11-03)";
    assertThat(committed.conflicts()).containsExactly(VaultPath.of(mark));
    assertThat(tree(first)).containsOnlyKeys("/d/", "/d/other/", mark + "/", mark + "/f");
  }

  @Test
  void whatTwoDevicesRestoreComesBackOnce() throws Exception {
    write(first, "/a", OLD);
    discard(first, "/a");
    try (Batch late = second.batch()) {
      restoreAll(second, late);
      restoreAll(first);
      assertThatThrownBy(late::commit)
          .isInstanceOfSatisfying(
              PathRefused.class,
              e -> assertThat(e.reason()).isEqualTo(PathRefused.Reason.NOT_IN_TRASH))
          .hasMessageStartingWith("/a is not in the trash");
    }
    assertThat(tree(second)).containsOnlyKeys("/a");
  }

  @Test
  void anEmptyingThatLosesARaceLeavesWhatWasRemovedMeanwhile() throws Exception {
    write(first, "/a", OLD);
    write(first, "/b", NEW);
    discard(first, "/a");
    try (Batch late = second.batch()) {
      assertThat(late.emptyTrash(Optional.empty())).isEqualTo(1);
      discard(first, "/b");
      late.commit();
    }
    assertThat(trash(first)).containsExactly("/b");
  }

  @Test
  void anEmptyingTakesNothingThatAnotherDeviceRestoredMeanwhile() throws Exception {
    write(first, "/a", OLD);
    discard(first, "/a");
    try (Batch late = second.batch()) {
      late.emptyTrash(Optional.empty());
      restoreAll(first);
      late.commit();
    }
    assertThat(tree(first)).containsOnlyKeys("/a");
    assertThat(trees().aside().isEmpty()).isTrue();
  }

  @Test
  void onlyWhatIsOlderThanAskedForIsDeleted() throws Exception {
    write(first, "/a", OLD);
    write(first, "/b", OLD);
    discard(first, "/a");
    Clock later = Clock.fixed(NOW.plusSeconds(60), ZoneOffset.UTC);
    try (Drive third = Drive.home(server.account().device(3, server.newLine()), later)) {
      discard(third, "/b");
      try (Batch batch = third.batch()) {
        assertThat(batch.emptyTrash(Optional.of(NOW.plusSeconds(1)))).isEqualTo(1);
        batch.commit();
      }
    }
    assertThat(trash(first)).containsExactly("/b");
  }

  @Test
  void aFileThatMakesRoomForAMovedOneIsInTheTrashUnlessItChangedMeanwhile() throws Exception {
    write(first, "/a", NEW);
    write(first, "/b", OLD);
    try (Batch batch = first.batch()) {
      batch.move(VaultPath.of("/a"), VaultPath.of("/b"), true);
      batch.commit();
    }
    assertThat(tree(first)).hasSize(1).containsEntry("/b", hash(NEW));
    assertThat(trash(first)).containsExactly("/b");

    write(first, "/c", OLD);
    try (Batch late = second.batch()) {
      late.move(VaultPath.of("/c"), VaultPath.of("/b"), true);
      write(first, "/b", "newer".getBytes(UTF_8));
      assertThat(late.commit().conflicts()).hasSize(1);
    }
    assertThat(tree(first)).hasSize(2).containsValues(hash("newer".getBytes(UTF_8)), hash(OLD));
    assertThat(trash(first)).containsExactly("/b");
  }

  @Test
  void goingBackTakesTheTrashBackAsWell() throws Exception {
    makeFolder(first, "/d");
    write(first, "/d/f", OLD);
    long before = first.snapshot().root().orElseThrow().number();
    discard(first, "/d");
    first.goBack(before, false, false);

    // Else the folder would be at two places.
    assertThat(tree(first)).containsOnlyKeys("/d/", "/d/f");
    assertThat(trash(first)).isEmpty();
  }

  @Test
  void whatMovedAwayMeanwhileIsNotRemoved() throws Exception {
    makeFolder(first, "/d");
    write(first, "/d/f", OLD);
    write(first, "/d/g", OLD);
    try (Batch late = discarding(second, "/d")) {
      move(first, "/d/f", "/f");
      late.commit();
    }
    assertThat(tree(first)).containsOnlyKeys("/f");
    assertThat(trash(first)).containsExactly("/d/");
  }

  @Test
  void aPathAsDeepAsThereCanBeIsRemovedAndComesBack() throws Exception {
    String deepest = "/d".repeat(VaultPath.MAX_DEPTH);
    makeFolder(first, deepest);
    discard(first, deepest);
    assertThat(trash(first)).containsExactly(deepest + "/");
    restoreAll(first);
    assertThat(tree(first)).containsKey(deepest + "/");
  }

  @Test
  void aFullAccountCanRemoveAndEmpty() throws Exception {
    makeFolder(first, "/d");
    write(first, "/d/f", OLD);
    write(first, "/g", OLD);
    server.half().setQuota(1);
    assertThatThrownBy(() -> write(first, "/more", NEW))
        .isInstanceOfSatisfying(
            ServerRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED));

    discard(first, "/d");
    discard(first, "/g");
    try (Batch batch = first.batch()) {
      batch.emptyTrash(Optional.empty());
      batch.commit();
    }

    assertThat(tree(first)).isEmpty();
    assertThat(trees().aside().isEmpty()).isTrue();
  }
}
