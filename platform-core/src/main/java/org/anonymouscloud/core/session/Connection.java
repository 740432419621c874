package org.anonymouscloud.core.session;

import java.io.IOException;
import java.time.Duration;

/** A link over one live session, which ends with it. Thread-safe. */
public interface Connection extends Link, AutoCloseable {
  /**
   * The hash of the session's handshake, 32 bytes: the same at both ends and in no other session.
   * What is signed or proven with it holds in this session alone (A14).
   */
  byte[] handshakeHash();

  /** The server's key as it was seen and accepted. */
  Fingerprint serverKey();

  /** Measures one round trip. */
  Duration ping() throws IOException;

  /** Whether requests may still be sent. */
  boolean isOpen();

  /** Whether the other side has said nothing for a while, not even to a sign of life. */
  boolean isSilent();

  /** Waits until the session has ended, whoever ended it. */
  void awaitEnd() throws InterruptedException;

  /** Ends the session in an orderly way; requests without an answer fail. */
  @Override
  void close();
}
