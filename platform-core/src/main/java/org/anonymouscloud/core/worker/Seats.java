package org.anonymouscloud.core.worker;

import org.anonymouscloud.core.account.AccountId;

/**
 * The places of accounts that are logged in, however many sessions they have, counted for all
 * processes of a server together. Thread-safe.
 */
public interface Seats {
  /** What becomes of a session. Names are part of the notes between processes. */
  enum Seat {
    /** It may stay; to be given back. */
    TAKEN,
    /** As many accounts are there as the server's owner allows. */
    SERVER_FULL,
    /** The account has as many sessions as one may have. */
    TOO_MANY_SESSIONS
  }

  /** Asks for one for a session of the account. */
  Seat take(AccountId account);

  /** Gives back one that was taken. */
  void giveBack(AccountId account);
}
