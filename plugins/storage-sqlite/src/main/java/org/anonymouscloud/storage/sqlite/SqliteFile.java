package org.anonymouscloud.storage.sqlite;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.disk.SqliteLibrary;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;

/**
 * The database's file, which exists, is ours and belongs to its owner alone. Gives connections.
 * Thread-safe.
 */
final class SqliteFile {
  static final String NAME = "anoncloud.db";

  /** "ANCL", SQLite's own mark for whose file it is (sqlite.org/fileformat2.html, 1.3.17). */
  private static final int APPLICATION_ID = 0x414e434c;

  private static final Set<PosixFilePermission> OWNER_ALONE =
      PosixFilePermissions.fromString("rw-------");
  private static final int BUSY_MILLISECONDS = 5_000;

  /** What a burst of writes may leave of the log; beyond it the log is cut when it is reset. */
  private static final int LOG_BYTES = 64 << 20;

  private final Path path;

  private SqliteFile(Path path) {
    this.path = path;
  }

  /**
   * Looks at the file in {@code folder} and makes it if there is none.
   *
   * @throws DatabaseUnavailable if it is not a database of ours or cannot be used; then nothing has
   *     been changed
   */
  static SqliteFile in(Path folder) {
    SqliteFile file = new SqliteFile(folder.toAbsolutePath().normalize().resolve(NAME));
    try {
      PrivateFile.createFolder(folder);
      file.createIfMissing();
    } catch (IOException e) {
      throw new DatabaseUnavailable(
          "The database "
              + file
              + " cannot be made or opened. The folder must be one that this user may write to;"
              + " choose another with --data, or mend its permissions.",
          e);
    }
    try {
      SqliteLibrary.load(folder);
    } catch (IOException e) {
      throw new DatabaseUnavailable(String.valueOf(e.getMessage()), e);
    }
    try {
      file.claim();
    } catch (SQLException e) {
      throw new SqliteFailures(file.toString()).of(e);
    }
    return file;
  }

  private void createIfMissing() throws IOException {
    try {
      // Before SQLite sees it: its own files take the mode of this one.
      Files.createFile(path, PosixFilePermissions.asFileAttribute(OWNER_ALONE));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isRegularFile(path) || !Files.isReadable(path) || !Files.isWritable(path)) {
        throw e;
      }
      if (!Files.getPosixFilePermissions(path).equals(OWNER_ALONE)) {
        Files.setPosixFilePermissions(path, OWNER_ALONE);
      }
    }
  }

  /** Marks an empty database as ours, and refuses one of another program. */
  private void claim() throws SQLException {
    try (Connection connection = new Source(this, false).getConnection();
        Statement statement = connection.createStatement()) {
      if (number(statement, "PRAGMA application_id") != APPLICATION_ID) {
        if (number(statement, "SELECT count(*) FROM sqlite_schema") != 0) {
          throw new DatabaseUnavailable(
              "The database "
                  + path
                  + " belongs to another program. Nothing was changed. Move it away, or choose"
                  + " another folder with --data.");
        }
        statement.execute("PRAGMA application_id = " + APPLICATION_ID);
      }
      try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode = WAL")) {
        if (!mode.next() || !mode.getString(1).equals("wal")) {
          throw new DatabaseUnavailable(
              "The folder of "
                  + path
                  + " cannot hold a database that several threads use; network drives often cannot."
                  + " Choose a folder on a disk of this machine with --data.");
        }
      }
    }
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Connections that may write. Their transactions take the write lock at once. */
  Source writing() {
    return new Source(this, false);
  }

  /** Connections that cannot write. */
  Source reading() {
    return new Source(this, true);
  }

  @Override
  public String toString() {
    return path.toString();
  }

  /** Opens connections to the one file, each with the same settings. */
  static final class Source extends SQLiteDataSource {
    private final boolean readOnly;

    private Source(SqliteFile file, boolean readOnly) {
      super(config(readOnly));
      this.readOnly = readOnly;
      // A file: address, because in a plain path the driver takes a '?' for options.
      setUrl("jdbc:sqlite:" + file.path.toUri().toASCIIString());
    }

    private static SQLiteConfig config(boolean readOnly) {
      SQLiteConfig config = new SQLiteConfig();
      config.enableLoadExtension(false);
      config.enforceForeignKeys(true);
      // With the log, FULL is one fsync for each commit, before the commit returns.
      config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
      config.setBusyTimeout(BUSY_MILLISECONDS);
      config.setJournalSizeLimit(LOG_BYTES);
      config.setTempStore(SQLiteConfig.TempStore.MEMORY);
      config.setTransactionMode(
          readOnly
              ? SQLiteConfig.TransactionMode.DEFERRED
              : SQLiteConfig.TransactionMode.IMMEDIATE);
      return config;
    }

    @Override
    public SQLiteConnection getConnection(String user, String password) throws SQLException {
      SQLiteConnection connection = super.getConnection(user, password);
      try (Statement statement = connection.createStatement()) {
        // A planted file cannot call functions from its schema.
        statement.execute("PRAGMA trusted_schema = OFF");
        // What is deleted is overwritten with zeros, not left to whoever gets the file.
        statement.execute("PRAGMA secure_delete = ON");
        if (readOnly) {
          statement.execute("PRAGMA query_only = ON");
        }
        return connection;
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    }
  }
}
