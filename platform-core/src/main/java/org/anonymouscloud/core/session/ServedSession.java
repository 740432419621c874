package org.anonymouscloud.core.session;

/** A session as its answering side may use it. Thread-safe. */
public interface ServedSession {
  /** See {@link Connection#handshakeHash}. */
  byte[] handshakeHash();

  /**
   * Sends a message that nobody asked for. It never waits: where the client does not read, messages
   * are dropped, as a push is only a hint that there is something to ask for.
   *
   * @param topic {@code feature/topic}, at most 64 ASCII characters
   * @param body at most 16 KiB
   */
  void push(String topic, byte[] body);

  /** Ends the session; its requests fail. */
  void end();
}
