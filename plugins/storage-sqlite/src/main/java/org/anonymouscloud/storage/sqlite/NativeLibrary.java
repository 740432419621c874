package org.anonymouscloud.storage.sqlite;

import java.nio.file.Path;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.disk.PrivateFile;
import org.sqlite.NativeLibraryNotFoundException;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite itself, which the driver unpacks into a folder and loads from there. The temporary folder
 * of a hardened machine allows no programs ({@code noexec}); the database's own folder may.
 */
final class NativeLibrary {
  /** Beside the database, only if the temporary folder would not do. */
  static final String FOLDER = "sqlite-library";

  private static final String UNPACKED_IN = "org.sqlite.tmpdir";

  private NativeLibrary() {}

  /**
   * Loads it, once for the process.
   *
   * @param folder of the database
   */
  static synchronized void load(Path folder) {
    String usual = System.getProperty(UNPACKED_IN, System.getProperty("java.io.tmpdir"));
    try {
      SQLiteJDBCLoader.initialize();
      return;
    } catch (NativeLibraryNotFoundException e) {
      // Then from the database's folder.
    } catch (Exception e) {
      throw unusable(usual, e);
    }
    Path own = folder.toAbsolutePath().normalize().resolve(FOLDER);
    try {
      PrivateFile.createFolder(own);
      System.setProperty(UNPACKED_IN, own.toString());
      SQLiteJDBCLoader.initialize();
    } catch (Exception e) {
      throw unusable(usual + " or " + own, e);
    }
  }

  private static DatabaseUnavailable unusable(String where, Exception e) {
    return new DatabaseUnavailable(
        "SQLite's library cannot be unpacked and loaded in "
            + where
            + ": is the disk full, or mounted with 'noexec'? Name a folder on this machine in which"
            + " programs may run: ANONCLOUD_JAVA_OPTIONS=-Dorg.sqlite.tmpdir=FOLDER.",
        e);
  }
}
