package org.anonymouscloud.core.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
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
