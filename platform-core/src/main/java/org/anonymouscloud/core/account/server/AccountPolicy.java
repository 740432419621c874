package org.anonymouscloud.core.account.server;

/**
 * What the server's owner allows.
 *
 * @param registration who may make an account
 * @param quota bytes for each new account; {@link Long#MAX_VALUE} for no limit
 */
public record AccountPolicy(Registration registration, long quota) {
  /** Who may make an account. */
  public enum Registration {
    /** Everybody. */
    OPEN,
    /** Anyone with an invitation from the server's owner. */
    INVITE,
    /** Nobody. */
    CLOSED
  }

  public AccountPolicy {
    checkQuota(quota);
  }

  static void checkQuota(long quota) {
    if (quota < 0) {
      throw new IllegalArgumentException("A quota is not negative.");
    }
  }
}
