package org.anonymouscloud.storage.sqlite;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.stream.Collectors;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.Signals;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** One writer, many readers that each see one state (sqlite.org/wal.html). Thread-safe. */
final class OpenSqlite implements OpenDatabase {
  private static final int READERS = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
  private static final int WAIT_MILLISECONDS = 10_000;

  /** How the lines begin that say of which database the next ones are; here there is but one. */
  private static final String DATABASE = "***";

  private final SqliteFailures failures;
  private final HikariDataSource readers;
  private final Jdbi reads;
  private final GroupCommit writes;
  private final LocalSignals signals;

  private OpenSqlite(SqliteFile file, HikariDataSource readers) {
    this.failures = new SqliteFailures(file.toString());
    this.readers = readers;
    this.reads = Jdbi.create(readers);
    this.writes = GroupCommit.start(file);
    this.signals = LocalSignals.start();
  }

  static OpenSqlite open(SqliteFile file) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("sqlite-readers");
    config.setDataSource(file.reading());
    config.setMaximumPoolSize(READERS);
    config.setMinimumIdle(1);
    config.setMaxLifetime(0);
    config.setConnectionTimeout(WAIT_MILLISECONDS);
    // The file was looked at a moment ago; what breaks later is said by the read that meets it.
    config.setInitializationFailTimeout(-1);
    return new OpenSqlite(file, new HikariDataSource(config));
  }

  @Override
  public void migrate(Migrations scripts) {
    if (read(scripts::areApplied)) {
      return;
    }
    writes.<Void, RuntimeException>run(
        handle -> {
          scripts.apply(handle);
          return null;
        });
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
  public <T, X extends Exception> T write(HandleCallback<T, X> work) throws X {
    return writes.run(work);
  }

  @Override
  public String byteOrder() {
    return "";
  }

  @Override
  public void checkForDamage() {
    List<String> found =
        read(handle -> handle.createQuery("PRAGMA integrity_check(1)").mapTo(String.class).list());
    if (!found.equals(List.of("ok"))) {
      throw failures.damaged(
          found.stream()
              .flatMap(String::lines)
              .filter(line -> !line.startsWith(DATABASE))
              .collect(Collectors.joining("; ")));
    }
  }

  @Override
  public Signals signals() {
    return signals;
  }

  @Override
  public void close() {
    signals.close();
    writes.close();
    readers.close();
  }
}
