package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.ANYWAY;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.TIME;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.discard;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.trash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of a batch comes after all that was asked of it before. */
final class BatchTest {
  private static final byte[] OLD = noise(100, 1);
  private static final byte[] NEW = noise(200, 2);

  @TempDir private Path folder;
  private TestServer server;
  private Drive drive;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    drive = Drive.home(server.account(), Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    drive.close();
    server.close();
  }

  @FunctionalInterface
  private interface Work {
    void on(Batch batch) throws IOException;
  }

  private void inOne(Work work) throws IOException {
    try (Batch batch = drive.batch()) {
      work.on(batch);
      batch.commit();
    }
  }

  private static VaultPath path(String text) {
    return VaultPath.of(text);
  }

  @Test
  void whatItStillWritesIsRemoved() throws Exception {
    write(drive, "/old", OLD);

    inOne(
        batch -> {
          put(batch, "/new", NEW);
          put(batch, "/old", NEW);
          batch.remove(path("/new"), false, ANYWAY);
          batch.remove(path("/old"), false, ANYWAY);
        });

    assertThat(tree(drive)).isEmpty();
  }

  @Test
  void aFolderIntoWhichItStillWritesIsRemovedWithThat() throws Exception {
    makeFolder(drive, "/folder");
    write(drive, "/folder/old", OLD);

    inOne(
        batch -> {
          put(batch, "/folder/new", NEW);
          batch.discard(path("/folder"), true, ANYWAY);
        });

    assertThat(tree(drive)).isEmpty();
    assertThat(trash(drive)).containsExactly("/folder/");
  }

  @Test
  void whatItStillWritesIsMovedAndCopied() throws Exception {
    inOne(
        batch -> {
          put(batch, "/one", NEW);
          batch.move(path("/one"), path("/two"), false);
          put(batch, "/three", OLD);
          batch.copy(path("/three"), path("/four"), false, false, (at, why) -> {});
        });

    assertThat(tree(drive))
        .containsOnlyKeys("/two", "/three", "/four")
        .containsEntry("/two", hash(NEW))
        .containsEntry("/four", hash(OLD));
  }

  @Test
  void whatIsWrittenWhereSomethingWasDiscardedLeavesThatInTheTrash() throws Exception {
    write(drive, "/file", OLD);

    inOne(
        batch -> {
          batch.discard(path("/file"), false, ANYWAY);
          put(batch, "/file", NEW);
        });

    assertThat(tree(drive)).hasSize(1).containsEntry("/file", hash(NEW));
    assertThat(trash(drive)).containsExactly("/file");
  }

  @Test
  void whatIsDiscardedAfterTheTrashWasEmptiedIsAloneInIt() throws Exception {
    write(drive, "/one", OLD);
    write(drive, "/two", NEW);
    discard(drive, "/one");

    inOne(
        batch -> {
          assertThat(batch.emptyTrash(Optional.empty())).isEqualTo(1);
          batch.discard(path("/two"), false, ANYWAY);
        });

    assertThat(trash(drive)).containsExactly("/two");
  }

  @Test
  void aFolderThatIsMadeWhereOneWasRemovedIsEmpty() throws Exception {
    makeFolder(drive, "/folder");
    makeFolder(drive, "/other");
    write(drive, "/folder/old", OLD);
    write(drive, "/other/old", OLD);

    inOne(
        batch -> {
          batch.remove(path("/folder"), true, ANYWAY);
          batch.makeFolder(path("/folder"), TIME);
          batch.remove(path("/other"), true, ANYWAY);
          boolean _ = batch.makeFolders(path("/other/deep"), TIME);
        });

    assertThat(tree(drive)).containsOnlyKeys("/folder/", "/other/", "/other/deep/");
  }

  @Test
  void aFolderIsMadeAboveWhatItStillWrites() throws Exception {
    makeFolder(drive, "/folder");

    inOne(
        batch -> {
          put(batch, "/folder/new", NEW);
          batch.makeFolder(path("/folder"), TIME.plusSeconds(1));
        });

    assertThat(tree(drive)).containsOnlyKeys("/folder/", "/folder/new");
  }

  @Test
  void nothingIsWrittenIntoAFolderThatWasRemoved() throws Exception {
    makeFolder(drive, "/folder");
    write(drive, "/folder/old", OLD);

    inOne(
        batch -> {
          batch.remove(path("/folder"), true, ANYWAY);
          assertThatThrownBy(() -> put(batch, "/folder/new", NEW))
              .isInstanceOf(PathRefused.class)
              .hasMessage("There is no /folder in the vault.");
        });

    assertThat(tree(drive)).isEmpty();
  }
}
