package org.anonymouscloud.core.plugin;

/** What the agent gives to one client feature. Thread-safe. */
public interface ClientContext {
  /**
   * The account that is logged in on this agent; what this gives is equal until it logs out.
   *
   * @throws NotLoggedIn if there is none; the agent turns this into the right answer
   */
  AccountSession account() throws NotLoggedIn;
}
