package org.anonymouscloud.storage.sqlite;

import java.sql.SQLException;
import java.util.Optional;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * What SQLite's result codes mean to the server's owner.
 *
 * @param file of the database, to be named
 */
record SqliteFailures(String file) {
  private static final String DAMAGED =
      " is damaged. Stop the server, keep its data folder aside, and bring a backup back into a new"
          + " folder with 'anoncloud admin restore'.";

  /** Extended result codes carry the plain one in their low byte. */
  private static final int PLAIN = 0xff;

  /** The failure of a database that is damaged though it could be read. */
  DatabaseUnavailable damaged(String how) {
    return DatabaseUnavailable.damaged("The database " + file + DAMAGED + " (" + how + ")", null);
  }

  /** The failure of something that only a failing database makes fail. */
  DatabaseUnavailable of(SQLException e) {
    return known(e)
        .orElseGet(
            () -> new DatabaseUnavailable("The database " + file + " fails: " + e.getMessage(), e));
  }

  /**
   * What a piece of work ended with, for its caller: the database's failure if it is one, else the
   * work's own, like a broken constraint.
   */
  Throwable of(Throwable ofWork) {
    if (ofWork instanceof SQLException e) {
      return of(e);
    }
    if (ofWork instanceof ConnectionException) {
      return new DatabaseUnavailable("The database " + file + " is closed or too busy.", ofWork);
    }
    return ofWork instanceof JdbiException && ofWork.getCause() instanceof SQLException e
        ? known(e).<Throwable>map(failure -> failure).orElse(ofWork)
        : ofWork;
  }

  /** Whether the works of a group may succeed one by one although they failed together. */
  static boolean mayPassAlone(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException e) {
        int code = e.getResultCode().code & PLAIN;
        return code == SQLiteErrorCode.SQLITE_CONSTRAINT.code
            || code == SQLiteErrorCode.SQLITE_FULL.code;
      }
    }
    return false;
  }

  private Optional<DatabaseUnavailable> known(SQLException e) {
    if (!(e instanceof SQLiteException ofSqlite)) {
      return Optional.empty();
    }
    String code = ofSqlite.getResultCode().name();
    SQLiteErrorCode plain = SQLiteErrorCode.getErrorCode(ofSqlite.getResultCode().code & PLAIN);
    String text =
        switch (plain) {
          case SQLITE_NOTADB ->
              " is not a SQLite database, or its beginning is damaged. Nothing was changed."
                  + " Keep its data folder aside and bring a backup back into a new one with"
                  + " 'anoncloud admin restore', or choose another folder with --data.";
          case SQLITE_CORRUPT, SQLITE_FORMAT -> DAMAGED;
          case SQLITE_FULL ->
              " cannot grow because its disk is full. Free some space; what was acknowledged is"
                  + " not lost.";
          case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_AUTH ->
              " cannot be written by this user ("
                  + code
                  + "). Mend the permissions of the file and its folder, or choose another folder"
                  + " with --data.";
          case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL ->
              " is held by another process for too long. Stop that process, or try again.";
          case SQLITE_IOERR ->
              " cannot be read or written because its disk fails ("
                  + code
                  + "). Look at the disk, then start the server again.";
          case SQLITE_NOMEM -> " fails because the machine is out of memory.";
          default -> null;
        };
    return Optional.ofNullable(text)
        .map(
            what -> {
              String message = "The database " + file + what;
              return switch (plain) {
                case SQLITE_FULL -> DatabaseUnavailable.full(message, e);
                case SQLITE_CORRUPT, SQLITE_FORMAT, SQLITE_NOTADB ->
                    DatabaseUnavailable.damaged(message, e);
                default -> new DatabaseUnavailable(message, e);
              };
            });
  }
}
