package org.anonymouscloud.core.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.server.StoredSpace;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.OrderNumbers;
import org.anonymouscloud.core.database.copy.AllTables;

/**
 * What a feature has on a server whose plugin is not there any more: its tables, the bytes that it
 * counts for accounts, and its folder. The server must be stopped. Not thread-safe.
 */
public final class LeftBehind {
  private final String feature;
  private final OpenDatabase database;
  private final Path folder;

  private LeftBehind(String feature, OpenDatabase database, Path folder) {
    this.feature = feature;
    this.database = database;
    this.folder = folder;
  }

  /** The features that have left something. */
  public static Set<String> features(OpenDatabase database, Holdings holdings) {
    return holdings.absent(database.read(AllTables::owners));
  }

  /**
   * What one feature has left.
   *
   * @param data the server's folder
   * @return empty if there is nothing, or the feature is there
   */
  public static Optional<LeftBehind> of(
      String feature, Path data, OpenDatabase database, Holdings holdings) {
    return features(database, holdings).contains(feature)
        ? Optional.of(new LeftBehind(feature, database, data.resolve(feature)))
        : Optional.empty();
  }

  /** How many rows its tables have. */
  public long rows() {
    return database.read(handle -> AllTables.count(handle, feature));
  }

  /** How many files are in its folder, and how many bytes these have. */
  public Backup.Content files() throws IOException {
    long files = 0;
    long bytes = 0;
    for (Path path : tree()) {
      if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        files++;
        bytes += Files.size(path);
      }
    }
    return new Backup.Content(rows(), files, bytes);
  }

  /** Deletes all of it. Cut off, it goes on when it is run again. */
  public void delete() throws IOException {
    // The rows last: as long as they are there, so is what this begins with.
    for (Path path : tree().reversed()) {
      Files.delete(path);
    }
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // Where a disk is mounted an empty folder stays.
    }
    database.<Void, RuntimeException>write(
        handle -> {
          AllTables.drop(handle, feature);
          StoredSpace.forget(handle, feature);
          new OrderNumbers(feature).forgetAll(handle);
          return null;
        });
  }

  /**
   * What lies in the folder, each after the folder that it lies in itself. The feature's folder may
   * be on another disk, by a link; other links are not followed.
   */
  private List<Path> tree() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder.toRealPath())) {
      return all.skip(1).toList();
    }
  }
}
