package org.anonymouscloud.core.disk;

import java.io.IOException;
import java.nio.file.Path;
import org.sqlite.NativeLibraryNotFoundException;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite itself, which the driver unpacks into a folder and loads from there. The temporary folder
 * of a hardened machine allows no programs ({@code noexec}); the database's own folder may.
 */
public final class SqliteLibrary {
  /** Beside the database, only if the temporary folder would not do. */
  private static final String FOLDER = "sqlite-library";

  private static final String UNPACKED_IN = "org.sqlite.tmpdir";

  private SqliteLibrary() {}

  /**
   * Loads it, once for the process.
   *
   * @param folder of the database
   * @throws IOException if it can be loaded from nowhere; the text says what to do
   */
  public static synchronized void load(Path folder) throws IOException {
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

  private static IOException unusable(String where, Exception e) {
    return new IOException(
        "SQLite's library cannot be unpacked and loaded in "
            + where
            + ": is the disk full, or mounted with 'noexec'? Name a folder on this machine in which"
            + " programs may run: ANONCLOUD_JAVA_OPTIONS=-Dorg.sqlite.tmpdir=FOLDER.",
        e);
  }
}
