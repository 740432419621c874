package org.anonymouscloud.core.account.client.sheet;

/** An account key or recovery words that nobody could have printed. The message is for people. */
public final class Unreadable extends Exception {
  private static final long serialVersionUID = 1;

  Unreadable(String message) {
    super(message);
  }
}
