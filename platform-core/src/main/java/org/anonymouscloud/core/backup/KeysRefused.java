package org.anonymouscloud.core.backup;

/** Keys cannot be put there. The message says why and what to do. */
public final class KeysRefused extends Exception {
  private static final long serialVersionUID = 1;

  KeysRefused(String message) {
    super(message);
  }
}
