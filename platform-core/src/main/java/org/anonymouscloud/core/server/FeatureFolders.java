package org.anonymouscloud.core.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.anonymouscloud.core.blob.BlobFolder;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.jdbi.v3.core.Handle;

/**
 * Whether the folders of features are where the database says that they have files: a copy may have
 * left one out, or its disk may not be mounted. Stateless.
 */
public final class FeatureFolders {
  private FeatureFolders() {}

  /**
   * Looks at each folder, but not at the files in it. Makes nothing.
   *
   * @param data the server's folder
   * @throws CannotStart if one is missing or empty, and rows name files in it
   */
  public static void check(Path data, OpenDatabase database, List<ServerFeature> offered)
      throws CannotStart, IOException {
    for (ServerFeature feature : offered) {
      Path folder = data.resolve(feature.name());
      if (feature.data().isPresent()
          && isBare(folder)
          && database.<Boolean, RuntimeException>read(
              handle -> namesFiles(handle, feature.data().get()))) {
        throw new CannotStart(
            "The folder "
                + folder
                + " is missing or empty, and the database names files in it. Look whether its disk"
                + " is mounted, or bring it back from where the data folder was copied from; then"
                + " 'anoncloud admin verify' tells whether all is there. If it is lost, restore a"
                + " backup.");
      }
    }
  }

  /**
   * Refuses to begin anew in a folder that has been a server's and whose database is gone: the new
   * one would know nobody, and call everybody's files nobody's. Changes nothing.
   *
   * @param data the server's folder, which no database knows
   * @throws CannotStart if a server has run on it, or features have files in it
   */
  public static void requireNew(Path data, List<ServerFeature> offered)
      throws CannotStart, IOException {
    boolean used = FolderId.isTied(data);
    for (ServerFeature feature : offered) {
      used |= feature.data().isPresent() && hasFiles(data.resolve(feature.name()));
    }
    if (used) {
      throw new CannotStart(
          "The data folder "
              + data
              + " has been a server's, and there is no database, or an empty one. On SQLite the"
              + " database is the file anoncloud.db in it, and data.id belongs to it: bring both"
              + " back from where they were last, or a backup into another folder, with 'anoncloud"
              + " admin restore'. On PostgreSQL look whether database-url names the right one. If"
              + " the server is to begin anew, without its accounts and files, name another folder"
              + " with --data.");
    }
  }

  private static boolean hasFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    Path incoming = folder.resolve(BlobFolder.INCOMING);
    try (Stream<Path> all = Files.walk(folder)) {
      return all.anyMatch(path -> !path.startsWith(incoming) && Files.isRegularFile(path));
    }
  }

  private static boolean isBare(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return true;
    }
    try (Stream<Path> content = Files.list(folder)) {
      return content.findAny().isEmpty();
    }
  }

  private static boolean namesFiles(Handle rows, FeatureData kept) {
    if (!DatabaseState.hasTable(rows, "migrations")) {
      return false;
    }
    boolean started =
        rows.createQuery("SELECT COUNT(*) FROM migrations WHERE owner = ?")
                .bind(0, kept.tables().owner())
                .mapTo(Long.class)
                .one()
            > 0;
    AtomicBoolean named = new AtomicBoolean();
    if (started) {
      kept.files(rows, file -> named.set(true));
    }
    return named.get();
  }
}
