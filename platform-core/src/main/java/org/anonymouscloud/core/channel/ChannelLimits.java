package org.anonymouscloud.core.channel;

import java.time.Duration;

/**
 * How patient a connection is and how long its keys serve. Immutable.
 *
 * @param handshake for the greeting and the handshake together (A43)
 * @param quiet after this long without a word from either side the client asks for a sign of life;
 *     after three times as long without a word from the other side the connection is given up
 * @param stall how long one record may take to arrive or to be taken, so at least 64 KiB in this
 *     time (A43)
 * @param rekey when a sender moves on to its next key
 */
public record ChannelLimits(Duration handshake, Duration quiet, Duration stall, Rekey rekey) {
  /**
   * A sender moves on to its next key when one of these is reached (A45).
   *
   * @param records sealed with one key
   * @param bytes in these records
   * @param age of the key; looked at when a record is sent
   */
  public record Rekey(long records, long bytes, Duration age) {
    public static final Rekey STANDARD = new Rekey(1L << 20, 1L << 30, Duration.ofMinutes(15));
  }

  public static final ChannelLimits STANDARD =
      new ChannelLimits(
          Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60), Rekey.STANDARD);

  /** The same with another time for the handshake. */
  public ChannelLimits withHandshake(Duration patience) {
    return new ChannelLimits(patience, quiet, stall, rekey);
  }
}
