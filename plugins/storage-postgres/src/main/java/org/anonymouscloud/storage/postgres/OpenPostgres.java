package org.anonymouscloud.storage.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.Signals;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Writes are serialisable and run again after a conflict; reads see one snapshot and meet no
 * conflicts. Connections that break are replaced when the server is back. Thread-safe.
 */
final class OpenPostgres implements OpenDatabase {
  private static final int WRITERS = 12;
  private static final int READERS = 8;
  private static final int WAIT_MILLISECONDS = 5_000;

  /** Each statement is short; a server that says nothing for so long is gone. */
  private static final int SILENCE_SECONDS = 60;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int LONGEST_PAUSE_MILLISECONDS = 64;

  /** "ANCLMIGR": taken while scripts run, so that nodes that start together do so in turn. */
  private static final long MIGRATION_LOCK = 0x414e434c4d494752L;

  private final PostgresFailures failures;
  private final OwnThreads threads = new OwnThreads("postgres-pool");
  private final HikariDataSource writers;
  private final HikariDataSource readers;
  private final Jdbi writes;
  private final Jdbi reads;
  private final Jdbi patient;
  private final NotifySignals signals;
  private final ScopedValue<OpenPostgres> writing = ScopedValue.newInstance();

  private OpenPostgres(
      PostgresAddress address, NodeLock lock, boolean durableByDefault, Connection listening) {
    this.failures = new PostgresFailures(address);
    this.patient = Jdbi.create(address.source());
    String durable = durableByDefault ? "" : " -c synchronous_commit=on";
    this.writers =
        pool(
            "postgres-writers",
            WRITERS,
            address,
            lock,
            TransactionIsolationLevel.SERIALIZABLE,
            "default_transaction_isolation=serializable" + durable);
    this.readers =
        pool(
            "postgres-readers",
            READERS,
            address,
            lock,
            TransactionIsolationLevel.REPEATABLE_READ,
            "default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on");
    this.writes = Jdbi.create(writers);
    this.reads = Jdbi.create(readers);
    this.signals = NotifySignals.start(address.source(), lock, writes, listening);
  }

  static OpenPostgres open(PostgresAddress address, NodeLock lock) {
    PostgresFailures failures = new PostgresFailures(address);
    try {
      boolean durable;
      try (Connection connection = address.source().getConnection();
          Statement statement = connection.createStatement()) {
        failures.checkVersion(Integer.parseInt(show(statement, "server_version_num")));
        durable = !show(statement, "synchronous_commit").equals("off");
      }
      return new OpenPostgres(
          address, lock, durable, NotifySignals.connect(address.source(), lock));
    } catch (SQLException e) {
      throw failures.of(e);
    }
  }

  private static String show(Statement statement, String setting) throws SQLException {
    try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
      row.next();
      return row.getString(1);
    }
  }

  private HikariDataSource pool(
      String name,
      int size,
      PostgresAddress address,
      NodeLock lock,
      TransactionIsolationLevel isolation,
      String settings) {
    PGSimpleDataSource source = address.source();
    source.setSocketTimeout(SILENCE_SECONDS);
    source.setOptions("-c " + settings);
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setThreadFactory(threads);
    config.setDataSource(source);
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(1);
    // As the settings say already. But a pool that is not told asks its first connection, once; if
    // that one breaks just then, HikariCP 7.1.0 refuses every later connection for ever.
    config.setTransactionIsolation(Integer.toString(isolation.intValue()));
    if (lock == NodeLock.SHARED) {
      config.setConnectionInitSql(NodeLock.CHECK);
    }
    config.setConnectionTimeout(WAIT_MILLISECONDS);
    // The server was there a moment ago; should it be gone, the pool waits for it.
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  @Override
  public void migrate(Migrations scripts) {
    if (read(scripts::areApplied)) {
      return;
    }
    try {
      // Not serialisable: what others did while we waited for the lock must be seen.
      patient.useTransaction(
          TransactionIsolationLevel.READ_COMMITTED,
          handle -> {
            handle
                .createQuery("SELECT pg_advisory_xact_lock(?)")
                .bind(0, MIGRATION_LOCK)
                .mapToMap()
                .list();
            scripts.apply(handle);
          });
    } catch (JdbiException e) {
      throw failures.ofMigration(e);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // a work throws X or something unchecked
  public <T, X extends Exception> T read(HandleCallback<T, X> work) throws X {
    try {
      return reads.inTransaction(work);
    } catch (JdbiException e) {
      throw (X) failures.of(e);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // a work throws X or something unchecked
  public <T, X extends Exception> T write(HandleCallback<T, X> work) throws X {
    if (writing.isBound()) {
      throw new IllegalStateException("A write cannot start another.");
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (int run = 1; ; run++) {
      try {
        return ScopedValue.where(writing, this).<T, X>call(() -> writes.inTransaction(work));
      } catch (JdbiException e) {
        if (!PostgresFailures.isConflict(e, run)) {
          throw (X) failures.of(e);
        }
        if (System.nanoTime() > end) {
          throw failures.tooManyConflicts(e);
        }
        pause(run, e);
      }
    }
  }

  /** By chance, so that those that met do not meet again. */
  private void pause(int run, JdbiException why) {
    int longest = Math.min(LONGEST_PAUSE_MILLISECONDS, 1 << Math.min(run, 10));
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(longest));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failures.tooManyConflicts(why);
    }
  }

  /** "C" is the order of bytes, which each database knows. */
  @Override
  public String byteOrder() {
    return " COLLATE \"C\"";
  }

  /**
   * Reading all rows shows what can be seen from here; the rest is its administrator's to check.
   */
  @Override
  public void checkForDamage() {}

  @Override
  public Signals signals() {
    return signals;
  }

  @Override
  public void close() {
    signals.close();
    writers.close();
    readers.close();
    threads.close();
  }
}
