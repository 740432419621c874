package org.anonymouscloud.core.server;

import static org.anonymouscloud.core.plugin.Periodic.attempt;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.Deletions;
import org.anonymouscloud.core.database.Signals;
import org.anonymouscloud.core.plugin.Periodic;

/**
 * What one process of a server does by the clock for all of them: looks whether accounts were
 * disabled or deleted or devices removed, also by a program beside the server, and calls those who
 * have sessions ({@link SessionCheck}); goes on with deletions; forgets what has expired.
 * Thread-safe.
 */
final class Housekeeping implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(500);

  // In rounds.
  private static final int DELETING = 60;
  private static final int FORGETTING = 7_200;

  private final AccountService accounts;
  private final Deletions deletions;
  private final Signals signals;
  private final BooleanSupplier anybody;
  private final Periodic rounds;
  private long changesSeen = -1;

  /**
   * @param anybody whether any session of the server is logged in
   */
  Housekeeping(
      AccountService accounts, Deletions deletions, Signals signals, BooleanSupplier anybody) {
    this.accounts = accounts;
    this.deletions = deletions;
    this.signals = signals;
    this.anybody = anybody;
    this.rounds = Periodic.start("housekeeping", PAUSE, this::round);
  }

  private void round(long number) {
    attempt(this::lookForEnds);
    if (number % DELETING == 0) {
      attempt(deletions::goOn);
    }
    if (number % FORGETTING == 0) {
      attempt(accounts::forget);
    }
  }

  /** A number in the database says whether there is anything to look for. */
  private void lookForEnds() {
    if (!anybody.getAsBoolean()) {
      return;
    }
    long changes = accounts.changes();
    if (changes != changesSeen) {
      signals.publish(SessionCheck.CHANNEL, "");
      changesSeen = changes;
    }
  }

  @Override
  public void close() {
    rounds.close();
  }
}
