package org.anonymouscloud.core.session.server;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.anonymouscloud.core.channel.HandshakeGate.Retry;
import org.anonymouscloud.core.crypto.ConstantTime;
import org.anonymouscloud.core.crypto.Secret;

/**
 * Spends what a server has for handshakes: each takes a token of its network's and one of all. Who
 * gets none is given a cookie and comes back; the cookie is a code over its network and the time,
 * so the server remembers nobody who waits (A42, A44). Thread-safe.
 */
final class HandshakeBudget {
  /** Networks that have used up something; more of them share one bucket. */
  private static final int MAX_NETWORKS = 16 * 1024;

  /** Between two looks through all of them, which take a tenth of a millisecond each. */
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int SHORTEST_WAIT_MILLIS = 200;
  private static final int LONGEST_WAIT_MILLIS = 1_000;

  /** How long a cookie is good for, once its wait is over. */
  private static final long COOKIE_MILLIS = 30_000;

  private static final int KEY_LENGTH = 32;

  private final HandshakeRates rates;
  private final LongSupplier nanos;
  private final Secret key = Secret.random(KEY_LENGTH);
  private final TokenBucket all;
  private final TokenBucket others;
  private final Map<Network, TokenBucket> networks = new HashMap<>();
  private long sweptAt;

  /**
   * @param nanos the clock
   */
  HandshakeBudget(HandshakeRates rates, LongSupplier nanos) {
    this.rates = rates;
    this.nanos = nanos;
    this.all = new TokenBucket(rates.burst(), rates.perSecond(), nanos.getAsLong());
    this.others = ofNetwork(nanos.getAsLong());
    this.sweptAt = nanos.getAsLong() - SWEEP_NANOS;
  }

  /**
   * Spends a handshake.
   *
   * @param cookie what the client has brought
   * @return empty if there was one to spend
   */
  Optional<Retry> spend(Network network, byte[] cookie) {
    long now = nanos.getAsLong();
    boolean hasWaited = isValid(network, cookie, now);
    return take(network, hasWaited, now) ? Optional.empty() : Optional.of(later(network, now));
  }

  private synchronized boolean take(Network network, boolean hasWaited, long now) {
    double least = hasWaited ? 1 : Math.max(1, rates.mark());
    if (all.level(now) < least) {
      return false;
    }
    if (!network.isThisMachine()) {
      TokenBucket own = bucket(network, now);
      if (own.level(now) < 1) {
        return false;
      }
      own.take();
    }
    all.take();
    return true;
  }

  private TokenBucket bucket(Network network, long now) {
    TokenBucket known = networks.get(network);
    if (known != null) {
      return known;
    }
    if (networks.size() >= MAX_NETWORKS && now - sweptAt >= SWEEP_NANOS) {
      sweptAt = now;
      networks.values().removeIf(bucket -> bucket.isFull(now));
    }
    if (networks.size() >= MAX_NETWORKS) {
      return others;
    }
    TokenBucket fresh = ofNetwork(now);
    networks.put(network, fresh);
    return fresh;
  }

  private TokenBucket ofNetwork(long now) {
    return new TokenBucket(rates.networkBurst(), rates.networkPerSecond(), now);
  }

  /** Networks that are remembered now. */
  synchronized int remembered() {
    return networks.size();
  }

  /** Random, so that those who were sent away together do not come back together. */
  private Retry later(Network network, long now) {
    int wait = ThreadLocalRandom.current().nextInt(SHORTEST_WAIT_MILLIS, LONGEST_WAIT_MILLIS + 1);
    long from = TimeUnit.NANOSECONDS.toMillis(now) + wait;
    return new Retry(Duration.ofMillis(wait), cookie(network, from));
  }

  /** From when it is good, and a code over that and the network. */
  private byte[] cookie(Network network, long from) {
    byte[] time = ByteBuffer.allocate(Long.BYTES).putLong(from).array();
    byte[] code = network.code(key, time).bytes();
    return ByteBuffer.allocate(time.length + code.length).put(time).put(code).array();
  }

  private boolean isValid(Network network, byte[] cookie, long now) {
    if (cookie.length < Long.BYTES) {
      return false;
    }
    long from = ByteBuffer.wrap(cookie).getLong();
    long since = TimeUnit.NANOSECONDS.toMillis(now) - from;
    return ConstantTime.equal(cookie, cookie(network, from)) && since >= 0 && since < COOKIE_MILLIS;
  }
}
