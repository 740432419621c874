package org.anonymouscloud.core.account.client.local;

import java.io.IOException;

/** The account's keys on this device are sealed to a passphrase, and nobody has given it yet. */
public final class Locked extends IOException {
  private static final long serialVersionUID = 1;

  public Locked() {
    super("This device is locked. Open it with 'anoncloud agent unlock'.");
  }
}
