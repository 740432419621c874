package org.anonymouscloud.core.database;

import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;

/**
 * The database cannot do its work just now, or at all. The message is fit for the server's owner.
 */
public final class DatabaseUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Why why;

  private enum Why {
    AWAY,
    FULL,
    DAMAGED,
    WRONG_SETTING
  }

  public DatabaseUnavailable(String message, Throwable cause) {
    this(message, cause, Why.AWAY);
  }

  public DatabaseUnavailable(String message) {
    this(message, null, Why.AWAY);
  }

  private DatabaseUnavailable(String message, @Nullable Throwable cause, Why why) {
    super(message, cause);
    this.why = why;
  }

  /** Its disk is full: reading goes on, and writing does once there is space. */
  public static DatabaseUnavailable full(String message, Throwable cause) {
    return new DatabaseUnavailable(message, cause, Why.FULL);
  }

  /** What it keeps is not as it was written; no waiting mends that. */
  public static DatabaseUnavailable damaged(String message, @Nullable Throwable cause) {
    return new DatabaseUnavailable(message, cause, Why.DAMAGED);
  }

  /** What its owner has said of it cannot be right, whatever becomes of the database. */
  public static DatabaseUnavailable wrongSetting(String message) {
    return new DatabaseUnavailable(message, null, Why.WRONG_SETTING);
  }

  /** Whether only a backup helps. */
  public boolean isDamaged() {
    return why == Why.DAMAGED;
  }

  /** Whether to try again is of no use before a setting is another. */
  public boolean isWrongSetting() {
    return why == Why.WRONG_SETTING;
  }

  /** What a client is told, for whom the message is not. */
  public Refused forClient() {
    return switch (why) {
      case FULL -> new Refused(ErrorCode.STORAGE_FULL, "The server's disk is full.");
      case DAMAGED ->
          new Refused(
              ErrorCode.UNAVAILABLE,
              "The server's database is damaged. Tell the server's owner, who must restore it from"
                  + " a backup; to try again does not help.");
      case AWAY, WRONG_SETTING ->
          new Refused(
              ErrorCode.UNAVAILABLE, "The server's database is away; try again in a while.", true);
    };
  }
}
