package org.anonymouscloud.core.session.server;

import java.time.Duration;
import org.anonymouscloud.core.channel.ChannelLimits;

/**
 * What a server grants its clients. Immutable.
 *
 * @param connections at once, in all
 * @param connectionsPerNetwork at once from one {@link Network}, but for this machine itself
 * @param handshakes that are not done yet, at once; the oldest is cut when there is one more, as an
 *     honest client is done in a moment (A43)
 * @param strangers at once: sessions that are not logged in; the oldest is cut when there is one
 *     more
 * @param rates of handshakes
 * @param requests of one session at once
 * @param drain how long running requests may still take when the server closes
 * @param channel limits of each connection
 */
public record SessionLimits(
    int connections,
    int connectionsPerNetwork,
    int handshakes,
    int strangers,
    HandshakeRates rates,
    int requests,
    Duration drain,
    ChannelLimits channel) {
  /** More than this the listener cannot count. */
  public static final int MAX_CONNECTIONS = 60_000;

  /**
   * More than five thousand that trickle, each for its ten seconds: they must not displace an
   * honest client before it is done. One that waits for its first flight takes some 8 KiB.
   */
  private static final int MAX_HANDSHAKES = 8192;

  public static final SessionLimits STANDARD =
      new SessionLimits(
          12_000,
          256,
          MAX_HANDSHAKES,
          1024,
          HandshakeRates.STANDARD,
          64,
          Duration.ofSeconds(10),
          ChannelLimits.STANDARD);

  /**
   * For sessions that are processes: fewer of them, and of those who may be nobody fewer still. Who
   * has not sent a whole handshake has no process yet.
   */
  public static final SessionLimits OF_PROCESSES =
      new SessionLimits(
          100,
          50,
          STANDARD.handshakes(),
          16,
          HandshakeRates.OF_PROCESSES,
          STANDARD.requests(),
          STANDARD.drain(),
          STANDARD.channel());

  /**
   * @throws IllegalArgumentException if there may be more than 60,000 connections, or none
   */
  public SessionLimits {
    if (connections < 1 || connections > MAX_CONNECTIONS) {
      throw new IllegalArgumentException("A server takes 1 to 60,000 connections.");
    }
  }

  /** The same with other caps of connections, in all and from one network. */
  public SessionLimits withConnections(int all, int perNetwork) {
    return new SessionLimits(
        all, perNetwork, handshakes, strangers, rates, requests, drain, channel);
  }
}
