package org.anonymouscloud.core.session.server;

import java.util.concurrent.TimeUnit;

/** Tokens that are taken one by one and come back over time. Not thread-safe. */
final class TokenBucket {
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int most;
  private final double perSecond;
  private double tokens;
  private long asOf;

  /**
   * A full one.
   *
   * @param most tokens at once
   * @param perSecond how many come back
   * @param now any clock's nanoseconds
   */
  TokenBucket(int most, int perSecond, long now) {
    this.most = most;
    this.perSecond = perSecond;
    this.tokens = most;
    this.asOf = now;
  }

  /** How many tokens there are now. */
  double level(long now) {
    tokens = Math.min(most, tokens + (now - asOf) / NANOS * perSecond);
    asOf = now;
    return tokens;
  }

  boolean isFull(long now) {
    return level(now) >= most;
  }

  /** Takes one; there must be one. */
  void take() {
    tokens--;
  }
}
