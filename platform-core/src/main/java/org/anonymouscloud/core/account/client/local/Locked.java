package org.anonymouscloud.core.account.client.local;

import java.io.IOException;

/** The account's keys on this device are sealed, and nobody has given what opens them yet. */
public final class Locked extends IOException {
  private static final long serialVersionUID = 1;

  public Locked() {
    super("This device is locked. Open it with 'anoncloud agent unlock'.");
  }

  /**
   * @param reason for which the platform's keyring did not open it, a sentence
   */
  Locked(String reason) {
    super(
        "This device is locked. "
            + reason
            + " Open the keyring, then use 'anoncloud agent unlock'; if that is not possible any"
            + " more, use 'anoncloud logout' and log in again.");
  }
}
