package org.anonymouscloud.core.worker;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;

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
    /** The account has as many sessions as one may have, and it is not another that gives way. */
    TOO_MANY_SESSIONS
  }

  /**
   * A session that asks for a seat or has one.
   *
   * @param giveWay ends the session, whose seat is another's by then; does not wait for that
   */
  record Guest(AccountId account, DeviceId device, Runnable giveWay) {}

  /** Asks for a seat. */
  Seat take(Guest guest);

  /** Gives back the seat of a guest, if that one has it still. */
  void giveBack(Guest guest);
}
