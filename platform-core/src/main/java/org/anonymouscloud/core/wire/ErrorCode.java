package org.anonymouscloud.core.wire;

/**
 * Why a server did not do what was asked. The closed set of codes on the wire; names are wire
 * format.
 */
public enum ErrorCode {
  /** The request does not follow its format or breaks a limit. */
  BAD_REQUEST,
  /** No feature of this server answers to the method. */
  UNKNOWN_METHOD,
  /** The method needs a logged-in session. */
  NOT_LOGGED_IN,
  /**
   * Wrong password, wrong key or unknown user: one code for all, so that names cannot be probed.
   */
  LOGIN_FAILED,
  /** Someone else has the user name. */
  NAME_TAKEN,
  /** This server takes no new accounts. */
  REGISTRATION_CLOSED,
  /** This server takes new accounts by invitation, and there was none, or none that is valid. */
  INVITE_NEEDED,
  /** The server holds as many sessions as its owner allows. */
  SERVER_FULL,
  /** The server's owner has disabled the account. */
  ACCOUNT_DISABLED,
  /** The device was removed from the account; said only to who has proven to be it. */
  DEVICE_REVOKED,
  /** The account's space is used up. */
  QUOTA_EXCEEDED,
  /** Someone else changed the thing first; read it again and retry. */
  CONFLICT,
  /** The thing asked for is not there. */
  NOT_FOUND,
  /** The caller may see the thing, and may not do this to it. */
  NOT_ALLOWED,
  /** Too many attempts; wait. */
  RATE_LIMITED,
  /** The server's disk is full. */
  STORAGE_FULL,
  /** The server cannot answer, for instance because its database is away or damaged. */
  UNAVAILABLE,
  /** A fault of the server itself. */
  INTERNAL
}
