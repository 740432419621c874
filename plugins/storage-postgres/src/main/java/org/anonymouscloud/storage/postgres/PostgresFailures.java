package org.anonymouscloud.storage.postgres;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** What PostgreSQL's error codes (SQLSTATE) mean to the server's owner. */
record PostgresFailures(PostgresAddress address) {
  private static final int OLDEST_VERSION = 14;
  private static final String DISK_FULL = "53100";

  /** {@code data_corrupted} and {@code index_corrupted}. */
  private static final Set<String> DAMAGED = Set.of("XX001", "XX002");

  private static final String TLS =
      " cannot be trusted: its TLS certificate is missing or not vouched for. Name the authority's"
          + " file with ?sslrootcert=FILE in --database-url.";

  /** The failure of something that only a failing database makes fail. */
  DatabaseUnavailable of(SQLException e) {
    return known(e)
        .orElseGet(
            () -> unavailable(" fails (SQLSTATE " + e.getSQLState() + "). Look at its log.", e));
  }

  /**
   * What a piece of work ended with, for its caller: the database's failure if it is one, else the
   * work's own, like a broken constraint.
   */
  Exception of(JdbiException e) {
    SQLException cause = sql(e);
    if (e instanceof ConnectionException) {
      return cause == null ? unavailable(" cannot be reached.", e) : of(rootOf(cause));
    }
    return cause == null ? e : known(cause).<Exception>map(failure -> failure).orElse(e);
  }

  DatabaseUnavailable ofMigration(JdbiException e) {
    return of(e) instanceof DatabaseUnavailable known
        ? known
        : unavailable(" could not be brought up to date.", e);
  }

  /**
   * Whether the same work may pass if it runs again because another one came between (class 40).
   * PostgreSQL may also report such a meeting as a broken unique constraint (postgresql.org/docs,
   * "Serialization Failure Handling"); running a second time tells.
   *
   * @param run how often it has run
   */
  static boolean isConflict(JdbiException e, int run) {
    SQLException cause = sql(e);
    String state = cause == null || cause.getSQLState() == null ? "" : cause.getSQLState();
    return switch (state) {
      case "40001", "40P01" -> true;
      case "23505" -> run == 1;
      default -> false;
    };
  }

  DatabaseUnavailable tooManyConflicts(JdbiException e) {
    return unavailable(" is too busy: a change met others again and again. Try later.", e);
  }

  /**
   * Refuses servers that are too old.
   *
   * @param version as in {@code server_version_num}, like 180006
   */
  void checkVersion(int version) {
    if (version < OLDEST_VERSION * 10_000) {
      throw new DatabaseUnavailable(
          "The PostgreSQL at "
              + address
              + " is version "
              + version / 10_000
              + "; "
              + OLDEST_VERSION
              + " or newer is needed. Upgrade it.");
    }
  }

  private static @Nullable SQLException sql(JdbiException e) {
    return e.getCause() instanceof SQLException cause ? cause : null;
  }

  /** The pool wraps why it could not connect. */
  private static SQLException rootOf(SQLException e) {
    SQLException root = e;
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException found) {
        root = found;
      }
    }
    return root;
  }

  private Optional<DatabaseUnavailable> known(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    if (state.equals(DISK_FULL)) {
      return Optional.of(
          DatabaseUnavailable.full(
              "The PostgreSQL database " + address + " has no space left on its disk. Free some.",
              e));
    }
    if (DAMAGED.contains(state)) {
      return Optional.of(
          DatabaseUnavailable.damaged(
              "The PostgreSQL database "
                  + address
                  + " is damaged. Stop the server and restore a backup.",
              e));
    }
    return Optional.ofNullable(isTls(e) ? TLS : meaning(state)).map(text -> unavailable(text, e));
  }

  private static boolean isTls(SQLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String meaning(String state) {
    return switch (state) {
      case "28P01", "28000" ->
          " refuses the user or the password. Check --database-url and the server's pg_hba.conf,"
              + " which must ask for scram-sha-256.";
      // The driver's word for a server that does not offer what we insist on.
      case "08004" ->
          " does not connect on our terms: a password, checked by scram-sha-256, and TLS where"
              + " sslmode asks for it. Check --database-url and the server's pg_hba.conf and ssl.";
      case "3D000" ->
          " is not there. Create it: CREATE DATABASE \""
              + address.database()
              + "\" OWNER \""
              + address.user()
              + "\".";
      case "42501" ->
          " does not let \""
              + address.user()
              + "\" work there. Make it the owner: ALTER DATABASE \""
              + address.database()
              + "\" OWNER TO \""
              + address.user()
              + "\".";
      case "53300" -> " takes no more connections. Raise its max_connections.";
      case NodeLock.IN_USE ->
          " is in use: a server or another of its owner's commands has it open, or it has moved or"
              + " is being moved. Stop what uses it first; if it has moved, have the settings name"
              + " the database that it has moved to.";
      case "57P01", "57P02", "57P03" -> " is starting or stopping. It is tried again.";
      default ->
          switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            case "08" -> " cannot be reached. Check that it runs, and host and port.";
            case "53", "54", "57", "58", "F0", "XX" ->
                " fails (SQLSTATE " + state + "). Look at its log.";
            default -> null;
          };
    };
  }

  private DatabaseUnavailable unavailable(String what, Exception cause) {
    return new DatabaseUnavailable("The PostgreSQL database " + address + what, cause);
  }
}
