package org.anonymouscloud.core.server;

import java.util.HashMap;
import java.util.Map;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.worker.Seats;

/** The places that a server's owner allows. Thread-safe. */
final class CountedSeats implements Seats {
  /**
   * More than a person with many devices needs; what one session may take, an account has so often.
   */
  static final int SESSIONS_OF_AN_ACCOUNT = 64;

  private final int max;
  private final Map<AccountId, Integer> sessions = new HashMap<>();

  /**
   * @param max accounts that are logged in at once
   */
  CountedSeats(int max) {
    this.max = max;
  }

  /** How many accounts are there. */
  synchronized int count() {
    return sessions.size();
  }

  @Override
  public synchronized Seat take(AccountId account) {
    int own = sessions.getOrDefault(account, 0);
    if (own == 0 && sessions.size() >= max) {
      return Seat.SERVER_FULL;
    }
    if (own >= SESSIONS_OF_AN_ACCOUNT) {
      return Seat.TOO_MANY_SESSIONS;
    }
    sessions.put(account, own + 1);
    return Seat.TAKEN;
  }

  @Override
  public synchronized void giveBack(AccountId account) {
    sessions.computeIfPresent(account, (same, own) -> own > 1 ? own - 1 : null);
  }
}
