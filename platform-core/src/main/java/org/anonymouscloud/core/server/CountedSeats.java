package org.anonymouscloud.core.server;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.worker.Seats;

/**
 * The places that a server's owner allows. The devices of an account share its sessions fairly: a
 * stolen one that takes all it can get keeps no other from coming, least of all the one that is to
 * remove it. Thread-safe.
 */
final class CountedSeats implements Seats {
  /**
   * More than a person with many devices needs; what one session may take, an account has so often.
   */
  static final int SESSIONS_OF_AN_ACCOUNT = 64;

  private final int max;

  /** Of each account in the order in which they came. */
  private final Map<AccountId, Set<Guest>> guests = new HashMap<>();

  /**
   * @param max accounts that are logged in at once
   */
  CountedSeats(int max) {
    this.max = max;
  }

  /** How many accounts are there. */
  synchronized int count() {
    return guests.size();
  }

  @Override
  public synchronized Seat take(Guest guest) {
    Set<Guest> own = guests.getOrDefault(guest.account(), Set.of());
    if (own.isEmpty() && guests.size() >= max) {
      return Seat.SERVER_FULL;
    }
    if (own.size() >= SESSIONS_OF_AN_ACCOUNT) {
      Optional<Guest> greedy = whoGivesWay(own, guest.device());
      if (greedy.isEmpty()) {
        return Seat.TOO_MANY_SESSIONS;
      }
      giveBack(greedy.get());
      greedy.get().giveWay().run();
    }
    guests.computeIfAbsent(guest.account(), none -> new LinkedHashSet<>()).add(guest);
    return Seat.TAKEN;
  }

  /**
   * The oldest session of a device that has the most, if the one that asks has fewer. The oldest,
   * for it is the likeliest to be one whose client has gone without a word.
   */
  private static Optional<Guest> whoGivesWay(Set<Guest> all, DeviceId asking) {
    Map<DeviceId, Long> sessions = all.stream().collect(groupingBy(Guest::device, counting()));
    long most = Collections.max(sessions.values());
    if (sessions.getOrDefault(asking, 0L) == most) {
      return Optional.empty();
    }
    return all.stream().filter(guest -> sessions.get(guest.device()) == most).findFirst();
  }

  @Override
  public synchronized void giveBack(Guest guest) {
    guests.computeIfPresent(
        guest.account(),
        (same, own) -> {
          own.remove(guest);
          return own.isEmpty() ? null : own;
        });
  }
}
