package org.anonymouscloud.core.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Whether a database may be served, kept in the database itself: one that is only half filled, or
 * whose rows have moved to another, must not be. Immutable.
 *
 * @param standing what may be done with it
 * @param work the move or restore that it belongs to, a random name; empty if {@link
 *     Standing#READY}
 * @param other the kind of database that the rows come from or go to; empty if {@link
 *     Standing#READY}
 */
public record DatabaseState(Standing standing, String work, String other) {
  /** The table that holds it; it belongs to the database, not to its owners' rows. */
  public static final String TABLE = "database_state";

  /** A database that nothing is said about. */
  public static final DatabaseState READY = new DatabaseState(Standing.READY, "", "");

  /** What may be done with a database. */
  public enum Standing {
    /** It may be served. */
    READY,
    /** Rows are being put into it; those that are there are a part. */
    FILLING,
    /** A move of its rows to another database has begun. */
    LEAVING,
    /** Its rows have moved to another database, and may have changed there. */
    LEFT
  }

  /** Reads it; changes nothing. */
  public static DatabaseState of(Handle handle) {
    if (!hasTable(handle, TABLE)) {
      return READY;
    }
    return handle
        .createQuery("SELECT standing, work, other FROM " + TABLE)
        .map(
            (row, context) ->
                new DatabaseState(
                    Standing.valueOf(row.getString(1)), row.getString(2), row.getString(3)))
        .findOne()
        .orElse(READY);
  }

  /** Whether a table of the database's own is there. */
  public static boolean hasTable(Handle handle, String name) {
    Connection connection = handle.getConnection();
    try (ResultSet found =
        connection
            .getMetaData()
            .getTables(null, connection.getSchema(), name, new String[] {"TABLE"})) {
      return found.next();
    } catch (SQLException e) {
      throw new DatabaseUnavailable("The database does not tell its tables.", e);
    }
  }

  /** The names of all tables. */
  static Set<String> tables(Handle handle) {
    Connection connection = handle.getConnection();
    Set<String> names = new HashSet<>();
    try (ResultSet found =
        connection
            .getMetaData()
            .getTables(null, connection.getSchema(), "%", new String[] {"TABLE"})) {
      while (found.next()) {
        names.add(found.getString("TABLE_NAME"));
      }
      return names;
    } catch (SQLException e) {
      throw new DatabaseUnavailable("The database does not tell its tables.", e);
    }
  }

  /** Writes it in place of what is there. */
  public void put(Handle handle) {
    handle.execute(
        "CREATE TABLE IF NOT EXISTS "
            + TABLE
            + " (standing TEXT NOT NULL, work TEXT NOT NULL, other TEXT NOT NULL)");
    handle.execute("DELETE FROM " + TABLE);
    handle.execute(
        "INSERT INTO " + TABLE + " (standing, work, other) VALUES (?, ?, ?)",
        standing.name(),
        work,
        other);
  }

  /**
   * Refuses a database that must not be served.
   *
   * @throws DatabaseUnavailable that says what has become of it
   */
  public void checkServed() {
    switch (standing) {
      case READY -> {}
      case FILLING ->
          throw new DatabaseUnavailable(
              "The database is not complete: a move or a restore into it was cut off. Repeat that"
                  + " command; it goes on where it stopped.");
      case LEAVING ->
          throw new DatabaseUnavailable(
              "A move of this database to "
                  + other
                  + " has begun and is not finished. Repeat 'anoncloud admin migrate-database', or"
                  + " take it back with --cancel.");
      case LEFT ->
          throw new DatabaseUnavailable(
              "The rows of this database have moved to "
                  + other
                  + ". Start the server on that, with 'database = "
                  + other
                  + "' in its settings file or with --database "
                  + other
                  + "; what is here is out of date.");
    }
  }
}
