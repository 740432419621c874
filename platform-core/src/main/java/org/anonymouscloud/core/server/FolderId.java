package org.anonymouscloud.core.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Optional;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.disk.PrivateFile;
import org.jdbi.v3.core.Handle;

/**
 * Ties a database to the data folder that has its files, by a random id in both and by the number
 * that the file of the id has on its disk, which is the same on each host that shares the folder
 * and another one in a copy. A node with another folder would give out none of the files that the
 * rows name, which each client takes for an attack. A move to another kind of database takes the id
 * along; a restore leaves it out, for what it makes is another server. Stateless.
 */
public final class FolderId {
  private static final String TABLE = "data_folder";
  private static final String FILE = "data.id";

  /** Has become the file once the database has the id too. */
  private static final String PENDING = ".data.id";

  private static final int LENGTH = 16;

  private FolderId() {}

  /** Whether a server has run on the folder. */
  public static boolean isTied(Path data) {
    return Files.exists(data.resolve(FILE));
  }

  /**
   * Refuses a database that is another's than the folder's, before anything is made in it. One that
   * belongs to nobody goes with a folder that belongs to nobody. Changes nothing.
   *
   * @throws CannotStart if they belong to others
   */
  public static void requireOwn(Path data, OpenDatabase database) throws CannotStart, IOException {
    Optional<String> folder = read(data.resolve(FILE));
    if (folder.isPresent()) {
      Optional<String> rows =
          database.read(
              handle ->
                  DatabaseState.hasTable(handle, TABLE) ? inDatabase(handle) : Optional.empty());
      compare(data, folder.get(), rows);
    }
  }

  private static void compare(Path data, String folder, Optional<String> rows) throws CannotStart {
    if (rows.isEmpty()) {
      throw new CannotStart(
          "The data folder "
              + data
              + " belongs to another database, and this one is empty. If the database was changed"
              + " on purpose, move the rows first, with 'anoncloud admin migrate-database'. If this"
              + " one has lost its rows, bring a backup back with 'anoncloud admin restore'.");
    }
    if (!rows.get().equals(folder)) {
      throw new CannotStart(
          "The data folder " + data + " and the database belong to two different servers.");
    }
  }

  /**
   * Says that the folder is in its place, though it was copied or moved there: no other server uses
   * the database.
   */
  public static void moved(Path data, OpenDatabase database) throws IOException {
    long inode = inode(data);
    database.<Integer, RuntimeException>write(
        handle -> handle.execute("UPDATE " + TABLE + " SET inode = ?", inode));
  }

  private static long inode(Path data) throws IOException {
    return (long) Files.getAttribute(data.resolve(FILE), "unix:ino");
  }

  /**
   * As {@link #check}, for a database that several servers may use.
   *
   * @throws CannotStart also if the folder is not the one that the database knows, but a copy
   */
  static void checkShared(Path data, OpenDatabase database) throws CannotStart, IOException {
    check(data, database);
    long inode = inode(data);
    database.<Integer, RuntimeException>write(
        handle -> handle.execute("UPDATE " + TABLE + " SET inode = ? WHERE inode IS NULL", inode));
    requireInPlace(data, database);
  }

  /**
   * Changes nothing.
   *
   * @param database that several servers may use; it may have no tables yet
   * @throws CannotStart if the folder is not the one that the database knows, but a copy
   */
  public static void requireInPlace(Path data, OpenDatabase database)
      throws CannotStart, IOException {
    Optional<Long> known =
        database.read(
            handle ->
                DatabaseState.hasTable(handle, TABLE)
                    ? handle
                        .createQuery("SELECT inode FROM " + TABLE + " WHERE inode IS NOT NULL")
                        .mapTo(Long.class)
                        .findOne()
                    : Optional.empty());
    if (known.isPresent() && known.get() != inode(data)) {
      throw new CannotStart(
          "The data folder "
              + data
              + " is a copy, or was moved: its file "
              + FILE
              + " is not the one that the database knows. Two servers on one database and two"
              + " folders would lose files. Start the server on the folder that it had; several"
              + " nodes share that one. Only if it is gone for good, 'anoncloud admin moved' makes"
              + " this one the server's.");
    }
  }

  /**
   * Compares the two, or ties them together if neither is tied.
   *
   * @param database with its tables
   * @throws CannotStart if they belong to others
   */
  static void check(Path data, OpenDatabase database) throws CannotStart, IOException {
    Optional<String> folder = read(data.resolve(FILE));
    Optional<String> rows = database.read(FolderId::inDatabase);
    if (folder.isEmpty() && (rows.isEmpty() || rows.equals(read(data.resolve(PENDING))))) {
      tie(data, database);
    } else if (folder.isEmpty()) {
      throw new CannotStart(
          "The database's files are in another data folder than "
              + data
              + ". Servers that share a database must share one folder; if this is a copy of it,"
              + " copy its file "
              + FILE
              + " too.");
    } else {
      compare(data, folder.get(), rows);
    }
  }

  private static void tie(Path data, OpenDatabase database) throws CannotStart, IOException {
    String id = pending(data);
    String tied =
        database.<String, RuntimeException>write(
            handle -> {
              Optional<String> there = inDatabase(handle);
              if (there.isEmpty()) {
                handle.execute("INSERT INTO " + TABLE + " (id) VALUES (?)", id);
              }
              return there.orElse(id);
            });
    if (!tied.equals(id)) {
      Files.deleteIfExists(data.resolve(PENDING));
      check(data, database);
      return;
    }
    database.<Integer, RuntimeException>write(
        handle -> handle.execute("UPDATE " + TABLE + " SET inode = NULL"));
    try {
      Files.move(data.resolve(PENDING), data.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      // Another server on this folder was faster.
      if (!read(data.resolve(FILE)).equals(Optional.of(id))) {
        throw e;
      }
    }
  }

  /** The id that this folder will have, also if servers that share it start together. */
  private static String pending(Path data) throws IOException {
    String id = HexFormat.of().formatHex(RandomBytes.next(LENGTH));
    try {
      PrivateFile.create(data.resolve(PENDING), (id + "\n").getBytes(US_ASCII));
      return id;
    } catch (FileAlreadyExistsException e) {
      return read(data.resolve(PENDING)).orElseThrow(() -> e);
    }
  }

  private static Optional<String> inDatabase(Handle handle) {
    return handle.createQuery("SELECT id FROM " + TABLE).mapTo(String.class).findOne();
  }

  private static Optional<String> read(Path file) throws IOException {
    try {
      return Optional.of(Files.readString(file, US_ASCII).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
