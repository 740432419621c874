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
import org.jspecify.annotations.Nullable;

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
    private final @Nullable ByteBuffer prefix;

    private Place(Socket socket, @Nullable ByteBuffer prefix) {
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
      if (connections >= limits.connections() || !countNeighbour(place.prefix)) {
        return Optional.empty();
      }
      connections++;
      unfinished.add(place);
      if (unfinished.size() > limits.handshakes()) {
        slowest = unfinished.stream().findFirst();
        slowest.ifPresent(unfinished::remove);
      }
    }
    slowest.ifPresent(slow -> Channel.turnAway(slow.socket));
    return Optional.of(place);
  }

  /** Whether there is one more place for a network; takes it. */
  private boolean countNeighbour(@Nullable ByteBuffer prefix) {
    if (prefix == null) {
      return true;
    }
    if (perPrefix.getOrDefault(prefix, 0) >= limits.connectionsPerPrefix()) {
      return false;
    }
    perPrefix.merge(prefix, 1, Integer::sum);
    return true;
  }

  private synchronized void leave(Place place) {
    connections--;
    unfinished.remove(place);
    if (place.prefix != null) {
      perPrefix.computeIfPresent(place.prefix, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** The network that a client is in; none for this machine itself, which proxies may share. */
  private static @Nullable ByteBuffer prefix(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return null;
    }
    byte[] bytes = address.getAddress();
    int length = bytes.length == 4 ? IPV4_PREFIX : IPV6_PREFIX;
    return ByteBuffer.wrap(Arrays.copyOf(bytes, length));
  }
}
