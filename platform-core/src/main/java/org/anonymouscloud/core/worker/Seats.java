package org.anonymouscloud.core.worker;

/**
 * The places of logged-in sessions, counted for all processes of a server together. Thread-safe.
 */
public interface Seats {
  /** Takes one; false if there is none. */
  boolean take();

  /** Gives back one that was taken. */
  void giveBack();
}
