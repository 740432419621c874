package org.anonymouscloud.core.database;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log that requests fail in the database, and how many did when it answers again: a
 * line for each of them would push all else out of the log. Thread-safe.
 */
public final class Outage {
  private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

  private final AtomicLong failed = new AtomicLong();

  /** A request failed in the database. Of damage, which does not pass, others tell. */
  public void failed(DatabaseUnavailable why) {
    if (why.isDamaged()) {
      return;
    }
    if (failed.getAndIncrement() == 0) {
      LOG.warn(
          "A request failed in the database: {} Others that fail are counted until it answers.",
          why.getMessage());
    }
  }

  /**
   * Looks whether the database answers again, if requests have failed.
   *
   * @return how many had failed; 0 if there was nothing to look for
   * @throws DatabaseUnavailable if it still does not answer
   */
  public long look(OpenDatabase database) {
    if (failed.get() == 0) {
      return 0;
    }
    int _ =
        database.<Integer, RuntimeException>read(
            handle -> handle.createQuery("SELECT 1").mapTo(Integer.class).one());
    long all = failed.getAndSet(0);
    LOG.info("The database answers again; requests that failed meanwhile: {}", all);
    return all;
  }
}
