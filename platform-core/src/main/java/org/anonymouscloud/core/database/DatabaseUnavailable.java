package org.anonymouscloud.core.database;

import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * The database cannot do its work just now, or at all. The message is fit for the server's owner.
 */
public final class DatabaseUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean full;

  public DatabaseUnavailable(String message, Throwable cause) {
    super(message, cause);
    this.full = false;
  }

  public DatabaseUnavailable(String message) {
    super(message);
    this.full = false;
  }

  private DatabaseUnavailable(String message, Throwable cause, boolean full) {
    super(message, cause);
    this.full = full;
  }

  /** Its disk is full: reading goes on, and writing does once there is space. */
  public static DatabaseUnavailable full(String message, Throwable cause) {
    return new DatabaseUnavailable(message, cause, true);
  }

  /** What a client is told, for whom the message is not. */
  public Refused forClient() {
    return full
        ? new Refused(ErrorCode.STORAGE_FULL, "The server's disk is full.")
        : new Refused(
            ErrorCode.UNAVAILABLE, "The server's database is away; try again in a while.", true);
  }
}
