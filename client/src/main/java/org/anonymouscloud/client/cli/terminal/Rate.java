package org.anonymouscloud.client.cli.terminal;

/**
 * How fast something goes: the last seconds count most, and at the beginning all there has been.
 * Not thread-safe.
 */
final class Rate {
  /** What is so old counts a third. */
  private static final double MEMORY_NANOS = 2e9;

  /** Less time than this says nothing. */
  private static final double LEAST_NANOS = 5e7;

  private static final double SECOND_NANOS = 1e9;

  private long last;
  private double bytes;
  private double nanos;

  /**
   * @param now as {@link System#nanoTime} has it
   */
  Rate(long now) {
    this.last = now;
  }

  /** So many bytes more have been done since the last time. */
  void add(long more, long now) {
    double since = now - last;
    double kept = Math.exp(-since / MEMORY_NANOS);
    bytes = bytes * kept + more;
    nanos = nanos * kept + since;
    last = now;
  }

  /** Bytes in a second; 0 if it is too early to say. */
  long perSecond() {
    return nanos < LEAST_NANOS ? 0 : Math.round(bytes / nanos * SECOND_NANOS);
  }
}
