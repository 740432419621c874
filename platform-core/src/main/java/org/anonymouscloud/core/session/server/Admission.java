package org.anonymouscloud.core.session.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.core.crypto.Digest;
import org.jspecify.annotations.Nullable;

/**
 * Who may connect: caps in all, for each network, for unfinished handshakes and for strangers, who
 * are not logged in and have not proven whose they are. Where one of them is reached, whoever has
 * been unknown for longest makes room, so neither the slow nor the idle keep anybody out (A43).
 * Thread-safe.
 */
final class Admission {
  /**
   * Sessions of one user that have shown the same password, or the same words, and keep their
   * places though no device is logged in by them.
   */
  static final int PROVEN_BY_ONE = 4;

  private final SessionLimits limits;
  private final Map<Network, Integer> perNetwork = new HashMap<>();
  private final Map<Proof, Integer> proven = new HashMap<>();

  // The oldest first.
  private final Set<Place> greeting = new LinkedHashSet<>();
  private final Set<Place> strangers = new LinkedHashSet<>();

  private int connections;
  private long arrivals;

  /** The user a client belongs to, and what has shown it. */
  private record Proof(Object user, Digest by) {}

  Admission(SessionLimits limits) {
    this.limits = limits;
  }

  /** The place that one connection takes; whoever holds it closes it. */
  final class Place implements AutoCloseable {
    private final Network network;
    private final long number;
    private Runnable cut;
    private boolean left;

    /** Among which sessions it counts that have proven whose they are. */
    private @Nullable Proof proof;

    private Place(Network network, long number, Runnable cut) {
      this.network = network;
      this.number = number;
      this.cut = cut;
    }

    /**
     * The handshake is done.
     *
     * @param cutStranger ends the connection from now on; must not block
     */
    void greeted(Runnable cutStranger) {
      become(this, cutStranger);
    }

    /**
     * The client has proven whose it is, and is about to become a user's device: it keeps its
     * place, unless there are enough such already. Only the first proof counts.
     */
    void prove(Object user, Digest by) {
      synchronized (Admission.this) {
        Proof shown = new Proof(user, by);
        if (!strangers.contains(this) || proven.getOrDefault(shown, 0) >= PROVEN_BY_ONE) {
          return;
        }
        strangers.remove(this);
        proof = shown;
        proven.merge(shown, 1, Integer::sum);
      }
    }

    /** The client is logged in and keeps its place. */
    void settle() {
      synchronized (Admission.this) {
        strangers.remove(this);
        countAsProvenNoMore(this);
      }
    }

    /** The client is a stranger again. */
    void forget() {
      become(this, cut);
    }

    @Override
    public void close() {
      leave(this);
    }
  }

  /**
   * A place for a connection, which begins with its handshake.
   *
   * @param cut ends it before its handshake is done; must not block
   * @return empty if there is none
   */
  Optional<Place> admit(Network network, Runnable cut) {
    List<Place> displaced;
    Place place;
    synchronized (this) {
      displaced = makeRoom(network);
      if (isFull(network)) {
        return Optional.empty();
      }
      place = new Place(network, arrivals++, cut);
      connections++;
      perNetwork.merge(network, 1, Integer::sum);
      greeting.add(place);
    }
    displaced.forEach(gone -> gone.cut.run());
    return Optional.of(place);
  }

  private boolean isFull(Network network) {
    return connections >= limits.connections() || networkIsFull(network);
  }

  private boolean networkIsFull(Network network) {
    return !network.isThisMachine()
        && perNetwork.getOrDefault(network, 0) >= limits.connectionsPerNetwork();
  }

  /** Takes places from those who are unknown where there are none left, and says whose. */
  private List<Place> makeRoom(Network network) {
    List<Place> displaced = new ArrayList<>();
    if (networkIsFull(network)) {
      longestUnknown(network).ifPresent(displaced::add);
    } else if (connections >= limits.connections()) {
      longestUnknown(null).ifPresent(displaced::add);
    }
    displaced.forEach(this::leave);
    if (greeting.size() >= limits.handshakes()) {
      Place slowest = greeting.iterator().next();
      leave(slowest);
      displaced.add(slowest);
    }
    return displaced;
  }

  private Optional<Place> longestUnknown(@Nullable Network network) {
    return Stream.concat(greeting.stream(), strangers.stream())
        .filter(place -> network == null || place.network.equals(network))
        .min(Comparator.comparingLong(place -> place.number));
  }

  private void become(Place place, Runnable cutStranger) {
    Optional<Place> displaced = Optional.empty();
    boolean gone;
    synchronized (this) {
      gone = place.left;
      if (!gone) {
        place.cut = cutStranger;
        greeting.remove(place);
        countAsProvenNoMore(place);
        strangers.add(place);
        if (strangers.size() > limits.strangers()) {
          displaced = strangers.stream().findFirst();
          displaced.ifPresent(this::leave);
        }
      }
    }
    displaced.ifPresent(longest -> longest.cut.run());
    if (gone) {
      cutStranger.run();
    }
  }

  private synchronized void leave(Place place) {
    if (place.left) {
      return;
    }
    place.left = true;
    connections--;
    greeting.remove(place);
    strangers.remove(place);
    countAsProvenNoMore(place);
    perNetwork.computeIfPresent(place.network, (key, count) -> count == 1 ? null : count - 1);
  }

  private void countAsProvenNoMore(Place place) {
    Proof proof = place.proof;
    if (proof != null) {
      place.proof = null;
      proven.computeIfPresent(proof, (key, count) -> count == 1 ? null : count - 1);
    }
  }
}
