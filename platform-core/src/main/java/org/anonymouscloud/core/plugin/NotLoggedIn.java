package org.anonymouscloud.core.plugin;

/** No account is logged in on this agent. */
public final class NotLoggedIn extends Exception {
  private static final long serialVersionUID = 1;

  public NotLoggedIn() {
    super("Nobody is logged in here. Use 'anoncloud login' or 'anoncloud register' first.");
  }
}
