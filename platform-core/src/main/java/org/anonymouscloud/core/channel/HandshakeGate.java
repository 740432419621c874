package org.anonymouscloud.core.channel;

import java.time.Duration;
import java.util.Optional;

/**
 * Decides, before anything is computed for it, whether a client's handshake goes on now (A44).
 * Called by many threads at once.
 */
@FunctionalInterface
public interface HandshakeGate {
  /** Lets everybody in at once. */
  HandshakeGate OPEN = cookie -> Optional.empty();

  /**
   * When to come back.
   *
   * @param after at most 65 seconds
   * @param cookie what to bring then, at most 64 bytes; the server keeps nothing of it
   */
  record Retry(Duration after, byte[] cookie) {}

  /**
   * @param cookie what the client has brought, in need of being checked; empty if nothing
   * @return empty if the handshake goes on
   */
  Optional<Retry> check(byte[] cookie);
}
