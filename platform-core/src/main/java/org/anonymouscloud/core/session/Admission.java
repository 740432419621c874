package org.anonymouscloud.core.session;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.channel.Channel;

/**
 * Who may connect: caps in all and for each network, and a bound on unfinished handshakes that
 * strikes those who are slow and not those who are new (A43). Thread-safe.
 */
final class Admission {
  private static final int IPV4_PREFIX = 3;
  private static final int IPV6_PREFIX = 7;

  private final SessionLimits limits;
  private final Map<ByteBuffer, Integer> perPrefix = new HashMap<>();

  /** The oldest first. */
  private final Set<Place> unfinished = new LinkedHashSet<>();

  private int connections;

  Admission(SessionLimits limits) {
    this.limits = limits;
  }

  /** The place that one connection takes; whoever holds it closes it. */
  final class Place implements AutoCloseable {
    private final Socket socket;
    private final Optional<ByteBuffer> prefix;

    private Place(Socket socket, Optional<ByteBuffer> prefix) {
      this.socket = socket;
      this.prefix = prefix;
    }

    /** The handshake is done. */
    void settle() {
      synchronized (Admission.this) {
        unfinished.remove(this);
      }
    }

    @Override
    public void close() {
      leave(this);
    }
  }

  /**
   * A place for a connection, which begins with its handshake.
   *
   * @return empty if there is none
   */
  Optional<Place> admit(Socket socket, InetAddress from) {
    Place place = new Place(socket, prefix(from));
    Optional<Place> slowest = Optional.empty();
    synchronized (this) {
      int neighbours = place.prefix.map(known -> perPrefix.getOrDefault(known, 0)).orElse(0);
      if (connections >= limits.connections() || neighbours >= limits.connectionsPerPrefix()) {
        return Optional.empty();
      }
      connections++;
      place.prefix.ifPresent(known -> perPrefix.merge(known, 1, Integer::sum));
      unfinished.add(place);
      if (unfinished.size() > limits.handshakes()) {
        slowest = unfinished.stream().findFirst();
        slowest.ifPresent(unfinished::remove);
      }
    }
    slowest.ifPresent(slow -> Channel.turnAway(slow.socket));
    return Optional.of(place);
  }

  private synchronized void leave(Place place) {
    connections--;
    unfinished.remove(place);
    place.prefix.ifPresent(
        known -> perPrefix.computeIfPresent(known, (key, count) -> count == 1 ? null : count - 1));
  }

  /** The network that a client is in; none for this machine itself, which proxies may share. */
  private static Optional<ByteBuffer> prefix(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return Optional.empty();
    }
    byte[] bytes = address.getAddress();
    int length = bytes.length == 4 ? IPV4_PREFIX : IPV6_PREFIX;
    return Optional.of(ByteBuffer.wrap(Arrays.copyOf(bytes, length)));
  }
}
