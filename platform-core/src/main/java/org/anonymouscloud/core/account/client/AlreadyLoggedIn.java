package org.anonymouscloud.core.account.client;

import org.anonymouscloud.core.account.UserName;

/** This device has an account already; it keeps one at a time. */
public final class AlreadyLoggedIn extends Exception {
  private static final long serialVersionUID = 1;

  private final transient UserName user;

  AlreadyLoggedIn(UserName user) {
    super("'" + user + "' is logged in here already.");
    this.user = user;
  }

  /** The user whose account it is. */
  public UserName user() {
    return user;
  }
}
