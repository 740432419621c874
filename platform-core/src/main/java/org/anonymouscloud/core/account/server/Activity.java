package org.anonymouscloud.core.account.server;

import java.util.Locale;

/** Whether an account's owner is there. */
public enum Activity {
  /** Some device of theirs has asked something in the last ten minutes. */
  ONLINE,
  /** Some device of theirs is connected, and has been silent for longer. */
  AWAY,
  /** No device of theirs is connected. */
  OFFLINE;

  /** The word for it in tables and documents. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
