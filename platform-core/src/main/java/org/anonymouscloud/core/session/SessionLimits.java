package org.anonymouscloud.core.session;

import java.time.Duration;
import org.anonymouscloud.core.channel.ChannelLimits;

/**
 * What a server grants to whom it does not know. Immutable.
 *
 * @param connections at once, in all
 * @param connectionsPerPrefix at once from one network: 24 bits of an IPv4 and 56 of an IPv6
 *     address; connections from this machine itself are not counted
 * @param handshakes that are not done yet, at once; the oldest is cut when there is one more, as an
 *     honest client is done in a moment (A43)
 * @param requests of one session at once
 * @param drain how long running requests may still take when the server closes
 * @param channel limits of each connection
 */
public record SessionLimits(
    int connections,
    int connectionsPerPrefix,
    int handshakes,
    int requests,
    Duration drain,
    ChannelLimits channel) {
  /** More than this the listener cannot count. */
  private static final int MAX_CONNECTIONS = 60_000;

  public static final SessionLimits STANDARD =
      new SessionLimits(12_000, 256, 1024, 64, Duration.ofSeconds(10), ChannelLimits.STANDARD);

  /**
   * @throws IllegalArgumentException if there may be more than 60,000 connections, or none
   */
  public SessionLimits {
    if (connections < 1 || connections > MAX_CONNECTIONS) {
      throw new IllegalArgumentException("A server takes 1 to 60,000 connections.");
    }
  }
}
