package org.anonymouscloud.core.account.client.local;

import java.io.IOException;

/** Not what the keys of this device are sealed to. */
public final class WrongPassphrase extends IOException {
  private static final long serialVersionUID = 1;

  WrongPassphrase() {
    super("This is not the passphrase of this device.");
  }
}
