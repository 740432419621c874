package org.anonymouscloud.core.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountData;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.core.database.Migrations;
import org.jdbi.v3.core.Handle;

/**
 * What a feature keeps on a server, told without running the feature: so that backups, moves to
 * another database and checks leave none of it out. Thread-safe.
 */
public interface FeatureData extends AccountData {
  /** The scripts of its tables, the same that its start brings up to date. */
  @Override
  Migrations tables();

  /** Names each file that its rows, as {@code rows} sees them, say is in its folder. */
  default void files(Handle rows, Consumer<StoredFile> each) {}

  /**
   * Names what lies where its files are and is none of them by any row: put there by somebody else,
   * or left by a fault. What comes and goes meanwhile may be among it.
   *
   * @param rows as they are now
   * @param folder the feature's, which is there
   */
  default List<String> foreign(Handle rows, Path folder) throws IOException {
    return List.of();
  }

  /**
   * Keeps each file that a row names now, or will name, from being deleted until the hold is
   * closed, by whichever server process; rows may be deleted meanwhile. A process that is killed
   * holds nothing any more.
   *
   * @param folder the feature's
   * @throws IOException if the folder cannot be used
   */
  default Hold hold(Path folder) throws IOException {
    return () -> {};
  }

  /**
   * A file that never changes once a row names it, and whose path is never used for another one.
   *
   * @param path within the feature's folder, with slashes
   * @param length in bytes
   * @param checksum of its bytes as they came, kept in the row; {@code BlobStore.receive} gives it
   */
  record StoredFile(String path, long length, Checksum checksum) {}

  /** Files are not deleted until this is closed. */
  interface Hold extends AutoCloseable {
    @Override
    void close() throws IOException;
  }
}
