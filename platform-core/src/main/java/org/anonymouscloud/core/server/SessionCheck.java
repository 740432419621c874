package org.anonymouscloud.core.server;

import static org.anonymouscloud.core.plugin.Periodic.attempt;

import java.time.Duration;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.PresenceRecords;
import org.anonymouscloud.core.database.Signals;
import org.anonymouscloud.core.plugin.Periodic;

/**
 * What each process does by the clock for the sessions it has: ends those whose device may not be
 * logged in any more, as soon as it is called, and writes down who is there. Without sessions it
 * asks the database nothing. Thread-safe.
 */
final class SessionCheck implements AutoCloseable {
  /** On it {@link Housekeeping} says that some device may not be logged in any more. */
  static final String CHANNEL = "account_changes";

  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** In rounds: a call may be lost. */
  private static final int LOOKING = 15;

  private final AccountService accounts;
  private final LoggedInSessions loggedIn;
  private final PresenceRecords presence;
  private final Periodic rounds;
  private final Signals.Subscription calls;
  private volatile boolean called;

  SessionCheck(
      AccountService accounts,
      LoggedInSessions loggedIn,
      PresenceRecords presence,
      Signals signals) {
    this.accounts = accounts;
    this.loggedIn = loggedIn;
    this.presence = presence;
    this.rounds = Periodic.start("session-check", PAUSE, this::round);
    this.calls =
        signals.subscribe(
            CHANNEL,
            message -> {
              called = true;
              rounds.wake();
            });
  }

  private void round(long number) {
    if (called || number % LOOKING == LOOKING - 1) {
      attempt(this::endRefused);
    }
    attempt(presence::write);
  }

  private void endRefused() {
    called = false;
    boolean done = false;
    try {
      accounts.refused(loggedIn.devices()).forEach(loggedIn::end);
      done = true;
    } finally {
      if (!done) {
        called = true;
      }
    }
  }

  @Override
  public void close() {
    calls.close();
    rounds.close();
  }
}
