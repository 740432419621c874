package org.anonymouscloud.core.account.client.keyring;

import java.io.IOException;

/**
 * The platform's keyring did not do what it was asked for; the message is a sentence for people.
 */
public final class KeyringFailed extends IOException {
  private static final long serialVersionUID = 1;

  public KeyringFailed(String message) {
    super(message);
  }

  KeyringFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
