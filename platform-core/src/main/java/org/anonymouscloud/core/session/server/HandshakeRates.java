package org.anonymouscloud.core.session.server;

/**
 * How many handshakes a server does (A44). Immutable.
 *
 * @param burst that many in all at once; when half of them are used up, only clients that bring a
 *     cookie are let in, which takes them two connections and a while
 * @param perSecond that many in all over time
 * @param networkBurst that many of one network at once; this machine itself has no such bound
 * @param networkPerSecond that many of one network over time
 */
public record HandshakeRates(int burst, int perSecond, int networkBurst, int networkPerSecond) {
  /**
   * A quarter of what two cores can do, so that handshakes never take what the sessions need; and
   * for a network, an office whose agents all come back at once.
   */
  public static final HandshakeRates STANDARD = new HandshakeRates(2048, 256, 256, 16);

  /** Where each handshake is followed by the start of a process, which takes most of a second. */
  public static final HandshakeRates OF_PROCESSES = new HandshakeRates(32, 2, 16, 1);

  /** At the mark that says so, a server begins to ask for cookies. */
  double mark() {
    return burst / 2.0;
  }
}
