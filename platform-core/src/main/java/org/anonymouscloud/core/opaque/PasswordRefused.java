package org.anonymouscloud.core.opaque;

/** A login by password failed. There is one text for all causes, so that none can be probed. */
public final class PasswordRefused extends Exception {
  private static final long serialVersionUID = 1;

  PasswordRefused() {
    super("The user name or the password is wrong.");
  }
}
