package org.anonymouscloud.core.database;

/**
 * The database cannot do its work just now, or at all. The message is fit for the server's owner.
 */
public final class DatabaseUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DatabaseUnavailable(String message, Throwable cause) {
    super(message, cause);
  }

  public DatabaseUnavailable(String message) {
    super(message);
  }
}
