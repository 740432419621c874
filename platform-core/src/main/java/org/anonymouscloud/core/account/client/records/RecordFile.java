package org.anonymouscloud.core.account.client.records;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.disk.SqliteLibrary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The rows, as SQLite keeps them. What is deleted is overwritten with zeros in the file, and the
 * journal, which has the pages from before a change, is cut to nothing with each commit. Not
 * thread-safe.
 */
final class RecordFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RecordFile.class);
  private static final int FORMAT = 1;

  /** Extended result codes carry the plain one in their low byte. */
  private static final int PLAIN = 0xff;

  private final Path path;
  private final Connection connection;

  private RecordFile(Path path, Connection connection) {
    this.path = path;
    this.connection = connection;
  }

  /** Takes one row after the other. */
  @FunctionalInterface
  interface Rows {
    void next(SealedRecord row);
  }

  /** Opens the file, and makes it if there is none. */
  static RecordFile open(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    PrivateFile.createFolder(folder);
    try {
      // Before SQLite sees it: its journal takes the mode of this one.
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // As it is most of the time.
    }
    SqliteLibrary.load(folder);
    SQLiteConfig config = new SQLiteConfig();
    config.enableLoadExtension(false);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    try {
      // A file: address, because in a plain path the driver takes a '?' for options.
      Connection connection =
          config.createConnection("jdbc:sqlite:" + path.toUri().toASCIIString());
      RecordFile file = new RecordFile(path, connection);
      boolean done = false;
      try {
        file.prepare();
        done = true;
        return file;
      } finally {
        if (!done) {
          file.close();
        }
      }
    } catch (SQLException e) {
      throw failure(path, e);
    }
  }

  private void prepare() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String setting :
          new String[] {
            // Nobody else reads while this process has it, so nothing is left for others to see.
            "locking_mode = EXCLUSIVE",
            "journal_mode = TRUNCATE",
            "secure_delete = ON",
            // With this journal, each commit is on the disk when it returns.
            "synchronous = FULL",
            "fullfsync = ON",
            "temp_store = MEMORY",
            "cell_size_check = ON",
            // A planted file cannot call functions from its schema.
            "trusted_schema = OFF"
          }) {
        statement.execute("PRAGMA " + setting);
      }
      connection.setAutoCommit(false);
      if (number(statement, "PRAGMA user_version") != FORMAT) {
        statement.execute("CREATE TABLE state (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL)");
        statement.execute(
            "CREATE TABLE records (owner BLOB NOT NULL, place BLOB NOT NULL, key BLOB NOT NULL,"
                + " value BLOB NOT NULL, PRIMARY KEY (owner, place)) WITHOUT ROWID");
        statement.execute("PRAGMA user_version = " + FORMAT);
      }
    }
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** What the file says of itself; none if it has just been made. */
  Optional<byte[]> state() throws IOException {
    try (PreparedStatement query =
            connection.prepareStatement("SELECT sealed FROM state WHERE id = 1");
        ResultSet row = query.executeQuery()) {
      return row.next() ? Optional.of(bytes(row, 1)) : Optional.empty();
    } catch (SQLException e) {
      throw failure(path, e);
    }
  }

  void putState(byte[] sealed) throws IOException {
    try (PreparedStatement update =
        connection.prepareStatement("INSERT OR REPLACE INTO state (id, sealed) VALUES (1, ?)")) {
      update.setBytes(1, sealed);
      update.executeUpdate();
    } catch (SQLException e) {
      throw failure(path, e);
    }
  }

  Optional<SealedRecord> get(Digest owner, Digest place) throws IOException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT place, owner, key, value FROM records WHERE owner = ? AND place = ?")) {
      query.setBytes(1, owner.bytes());
      query.setBytes(2, place.bytes());
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? Optional.of(row(row)) : Optional.empty();
      }
    } catch (SQLException | IllegalArgumentException e) {
      throw failure(path, e);
    }
  }

  void put(SealedRecord record) throws IOException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO records (place, owner, key, value) VALUES (?, ?, ?, ?)")) {
      update.setBytes(1, record.place().bytes());
      update.setBytes(2, record.owner().bytes());
      update.setBytes(3, record.key());
      update.setBytes(4, record.value());
      update.executeUpdate();
    } catch (SQLException e) {
      throw failure(path, e);
    }
  }

  void delete(Digest owner, Digest place) throws IOException {
    try (PreparedStatement update =
        connection.prepareStatement("DELETE FROM records WHERE owner = ? AND place = ?")) {
      update.setBytes(1, owner.bytes());
      update.setBytes(2, place.bytes());
      update.executeUpdate();
    } catch (SQLException e) {
      throw failure(path, e);
    }
  }

  /**
   * All rows, in the order by which one of them is found.
   *
   * @throws RecordsDamaged if they lie in another order: some would not be found
   */
  void each(Rows rows) throws IOException {
    try (PreparedStatement query =
            connection.prepareStatement(
                "SELECT place, owner, key, value FROM records ORDER BY owner, place");
        ResultSet row = query.executeQuery()) {
      byte[] before = new byte[0];
      while (row.next()) {
        SealedRecord next = row(row);
        byte[] name = next.name();
        if (Arrays.compareUnsigned(before, name) >= 0) {
          throw new IllegalArgumentException("The rows lie in a wrong order.");
        }
        before = name;
        rows.next(next);
      }
    } catch (SQLException | IllegalArgumentException e) {
      throw failure(path, e);
    }
  }

  /** The rows of one feature, without their values. */
  void eachKey(Digest owner, Rows rows) throws IOException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT place, key FROM records WHERE owner = ?")) {
      query.setBytes(1, owner.bytes());
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          rows.next(new SealedRecord(Digest.of(bytes(row, 1)), owner, bytes(row, 2), new byte[0]));
        }
      }
    } catch (SQLException | IllegalArgumentException e) {
      throw failure(path, e);
    }
  }

  /** The features that have rows. */
  Set<Digest> owners() throws IOException {
    Set<Digest> owners = new HashSet<>();
    try (PreparedStatement query =
            connection.prepareStatement("SELECT DISTINCT owner FROM records");
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        owners.add(Digest.of(bytes(row, 1)));
      }
      return owners;
    } catch (SQLException | IllegalArgumentException e) {
      throw failure(path, e);
    }
  }

  private static SealedRecord row(ResultSet row) throws SQLException {
    return new SealedRecord(
        Digest.of(bytes(row, 1)), Digest.of(bytes(row, 2)), bytes(row, 3), bytes(row, 4));
  }

  /** Of a file that is damaged a column may be empty that must not be. */
  private static byte[] bytes(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null ? new byte[0] : bytes;
  }

  /** Makes all that was changed since the last commit durable. */
  void commit() throws IOException {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw failure(path, e);
    }
  }

  /** Takes back all that was changed since the last commit; false if the file must be closed. */
  boolean rollBack() {
    try {
      connection.rollback();
      return true;
    } catch (SQLException e) {
      LOG.warn("A change of {} could not be taken back: {}", path, e.getMessage());
      return false;
    }
  }

  RecordsDamaged damaged(Exception cause) {
    return new RecordsDamaged(path, cause);
  }

  private static IOException failure(Path path, Exception e) {
    if (e instanceof IllegalArgumentException) {
      return new RecordsDamaged(path, e);
    }
    if (!(e instanceof SQLiteException ofSqlite)) {
      return new IOException(path + " fails: " + e.getMessage(), e);
    }
    int plain = ofSqlite.getResultCode().code & PLAIN;
    return switch (SQLiteErrorCode.getErrorCode(plain)) {
      case SQLITE_CORRUPT, SQLITE_FORMAT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_MISMATCH ->
          new RecordsDamaged(path, e);
      case SQLITE_FULL ->
          new IOException(
              path + " cannot grow because its disk is full. Free some space; nothing is lost.", e);
      case SQLITE_BUSY -> new IOException(path + " is in use by another program; end that one.", e);
      default -> new IOException(path + " fails: " + ofSqlite.getResultCode().name(), e);
    };
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.warn("{} could not be closed: {}", path, e.getMessage());
    }
  }
}
