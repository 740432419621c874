package org.anonymouscloud.core.session;

/** Decides whether a server's key is the right one when the connection string does not say so. */
@FunctionalInterface
public interface KeyCheck {
  /** Accepts no key: for connection strings that carry their fingerprint. */
  KeyCheck NONE = seen -> false;

  /**
   * Whether to trust the key. Called on the connecting thread, which may ask a person; the server
   * waits for about a minute. Nothing has been sent to the server yet but the handshake.
   */
  boolean accepts(Fingerprint seen);
}
