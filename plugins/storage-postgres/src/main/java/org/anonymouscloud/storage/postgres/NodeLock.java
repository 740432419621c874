package org.anonymouscloud.storage.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.anonymouscloud.core.database.DatabaseState;

/**
 * Who may have a database open: any number of nodes, or one program that moves or fills it. The
 * lock lives with a connection, so a killed program leaves nothing behind. A node whose connections
 * broke meanwhile is kept out by each connection that it makes anew ({@link #CHECK}). Stateless.
 */
enum NodeLock {
  SHARED("pg_try_advisory_lock_shared"),
  ALONE("pg_try_advisory_lock");

  /** SQLSTATE object_in_use. */
  static final String IN_USE = "55006";

  /** "ANCLNODE". */
  private static final long KEY = 0x414e434c4e4f4445L;

  /** A killed program's connections are closed a moment after it. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final int PAUSE_MILLISECONDS = 100;

  /** Fails on a database that someone has alone, or that must not be served. */
  static final String CHECK =
      """
      DO $$ BEGIN
        IF NOT pg_try_advisory_xact_lock_shared(%d) THEN
          RAISE EXCEPTION 'in use' USING ERRCODE = '%s';
        END IF;
        IF to_regclass('%s') IS NOT NULL THEN
          IF EXISTS (SELECT FROM %3$s WHERE standing <> 'READY') THEN
            RAISE EXCEPTION 'not to be served' USING ERRCODE = '%2$s';
          END IF;
        END IF;
      END $$
      """
          .formatted(KEY, IN_USE, DatabaseState.TABLE);

  private final String function;

  NodeLock(String function) {
    this.function = function;
  }

  /** Takes the lock for as long as the connection is open; false if it cannot be had now. */
  boolean take(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + function + "(" + KEY + ")")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /**
   * Waits a while for the lock and, if it is to be alone, for the connections of others to end.
   *
   * @throws SQLException with {@link #IN_USE} if they do not
   */
  void await(Connection connection) throws SQLException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean taken = take(connection);
    while (!taken || (this == ALONE && others(connection) > 0)) {
      if (System.nanoTime() > end) {
        throw new SQLException("The database is in use.", IN_USE);
      }
      try {
        Thread.sleep(PAUSE_MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SQLException("Interrupted.", IN_USE, e);
      }
      taken = taken || take(connection);
    }
  }

  /** Connections of our programs to this database but this one. */
  private static int others(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND application_name = '"
                    + PostgresAddress.APPLICATION
                    + "' AND pid <> pg_backend_pid()")) {
      row.next();
      return row.getInt(1);
    }
  }
}
