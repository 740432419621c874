package org.anonymouscloud.core.database;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.HandleCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's database that remembers when it was met damaged, whichever part or process of the
 * server met that: what is damaged stays so, though other rows can still be read. Thread-safe.
 */
public final class WatchedDatabase implements OpenDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedDatabase.class);
  private static final String CHANNEL = "database_damage";
  private static final int MAX_SIGNAL = 1_000;

  private final OpenDatabase database;
  private final Signals signals;
  private final AtomicBoolean damaged = new AtomicBoolean();
  private final AtomicBoolean said = new AtomicBoolean();

  /**
   * @param database the caller's until this is closed, which closes it
   * @param signals by which all processes of the server hear each other. A worker's are those of
   *     the listener, for SQLite's do not leave a process and PostgreSQL's would need a connection
   *     for each worker.
   */
  public WatchedDatabase(OpenDatabase database, Signals signals) {
    this.database = database;
    this.signals = signals;
  }

  /**
   * Says it in the log, once, when any process has met damage; for the one process that a server
   * begins with.
   *
   * @return closes the subscription
   */
  public Signals.Subscription tellDamage() {
    return signals.subscribe(
        CHANNEL,
        what -> {
          damaged.set(true);
          if (!said.getAndSet(true)) {
            LOG.error("{} Until then each request that meets the damage fails.", what);
          }
        });
  }

  /** Whether damage was met since this was opened. */
  public boolean isDamaged() {
    return damaged.get();
  }

  private DatabaseUnavailable noted(DatabaseUnavailable failure) {
    if (failure.isDamaged() && !damaged.getAndSet(true)) {
      String what = String.valueOf(failure.getMessage());
      signals.publish(CHANNEL, what.substring(0, Math.min(what.length(), MAX_SIGNAL)));
    }
    return failure;
  }

  @Override
  public void migrate(Migrations scripts) {
    try {
      database.migrate(scripts);
    } catch (DatabaseUnavailable e) {
      throw noted(e);
    }
  }

  @Override
  public <T, X extends Exception> T read(HandleCallback<T, X> work) throws X {
    try {
      return database.read(work);
    } catch (DatabaseUnavailable e) {
      throw noted(e);
    }
  }

  @Override
  public <T, X extends Exception> T write(HandleCallback<T, X> work) throws X {
    try {
      return database.write(work);
    } catch (DatabaseUnavailable e) {
      throw noted(e);
    }
  }

  @Override
  public String byteOrder() {
    return database.byteOrder();
  }

  @Override
  public void checkForDamage() {
    try {
      database.checkForDamage();
    } catch (DatabaseUnavailable e) {
      throw noted(e);
    }
  }

  @Override
  public Signals signals() {
    return signals;
  }

  @Override
  public void close() {
    database.close();
  }
}
