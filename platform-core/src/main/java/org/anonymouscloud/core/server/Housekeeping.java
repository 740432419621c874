package org.anonymouscloud.core.server;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.server.AccountEnd;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.Attendance;
import org.anonymouscloud.core.account.server.Deletions;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server does by the clock: ends the sessions of accounts that were disabled or deleted,
 * also by another process; writes down who is there; goes on with deletions; forgets what has
 * expired. Thread-safe.
 */
final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration TICK = Duration.ofMillis(500);

  // In ticks.
  private static final int WRITING = 2;
  private static final int DELETING = 60;
  private static final int FORGETTING = 7_200;

  private final AccountService accounts;
  private final Attendance attendance;
  private final Presence presence;
  private final Deletions deletions;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private long changesSeen = -1;
  private volatile boolean closed;

  Housekeeping(
      AccountService accounts, Attendance attendance, Presence presence, Deletions deletions) {
    this.accounts = accounts;
    this.attendance = attendance;
    this.presence = presence;
    this.deletions = deletions;
    this.thread = Thread.ofVirtual().name("housekeeping").start(this::run);
  }

  private void run() {
    for (long tick = 0; !closed; tick++) {
      // One thing that fails does not keep the others from being done.
      attempt(this::endSessions);
      if (tick % WRITING == 0) {
        attempt(attendance::write);
      }
      if (tick % DELETING == 0) {
        attempt(deletions::goOn);
      }
      if (tick % FORGETTING == 0) {
        attempt(accounts::forget);
      }
      try {
        wake.tryAcquire(TICK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void attempt(Runnable work) {
    try {
      work.run();
    } catch (DatabaseUnavailable e) {
      LOG.debug("Housekeeping waits for the database: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Housekeeping failed.", e);
    }
  }

  /** A number in the database says whether there is anything to look for. */
  private void endSessions() {
    if (attendance.accounts().isEmpty()) {
      return;
    }
    long changes = accounts.changes();
    if (changes != changesSeen) {
      for (AccountId account : accounts.refused(attendance.accounts())) {
        presence.end(new AccountEnd(account, Optional.empty()));
      }
      changesSeen = changes;
    }
  }

  /** Ends the thread after the step that it is at. */
  @Override
  public void close() {
    closed = true;
    wake.release();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
