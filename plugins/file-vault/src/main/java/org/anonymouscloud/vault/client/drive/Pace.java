package org.anonymouscloud.vault.client.drive;

import java.time.Duration;

/**
 * How far a long batch may get before what it has becomes a root, so that little has to be done
 * again after a cut.
 *
 * @param bytes of content read
 * @param time since the last root
 * @param changes to the tree, which wait in memory
 * @param packs that no root names yet; the server drops them after a day, and a root names at most
 *     2,000 new ones
 */
public record Pace(long bytes, Duration time, int changes, int packs) {
  /** What costs little and loses little. */
  public static final Pace USUAL = new Pace(256L << 20, Duration.ofSeconds(30), 32_768, 1_024);
}
