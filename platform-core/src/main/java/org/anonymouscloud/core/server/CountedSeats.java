package org.anonymouscloud.core.server;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.server.Lineage;
import org.anonymouscloud.core.worker.Seats;

/**
 * The places that a server's owner allows. The devices of an account share its sessions fairly, by
 * who brought in whom: a stolen one that takes all it can get, also by devices that it brings in,
 * keeps no other from coming and staying, least of all the one that is to remove it. Thread-safe.
 */
final class CountedSeats implements Seats {
  /**
   * More than a person with many devices needs; what one session may take, an account has so often.
   */
  static final int SESSIONS_OF_AN_ACCOUNT = 64;

  private final int max;
  private final Function<AccountId, Lineage> lineages;

  /** Of each account in the order in which they came. */
  private final Map<AccountId, Set<Guest>> guests = new HashMap<>();

  /**
   * @param max accounts that are logged in at once
   * @param lineages who brought in whom; asked when an account has all its sessions, and may block
   */
  CountedSeats(int max, Function<AccountId, Lineage> lineages) {
    this.max = max;
    this.lineages = lineages;
  }

  /** How many accounts are there. */
  synchronized int count() {
    return guests.size();
  }

  @Override
  public Seat take(Guest guest) {
    Optional<Seat> seat = takeFree(guest);
    // The database is asked while nobody waits for the lock.
    return seat.isPresent() ? seat.get() : takeAnothers(guest, lineages.apply(guest.account()));
  }

  /** Empty if there is none without one of the account's own sessions giving way. */
  private synchronized Optional<Seat> takeFree(Guest guest) {
    Set<Guest> own = guests.getOrDefault(guest.account(), Set.of());
    if (own.isEmpty() && guests.size() >= max) {
      return Optional.of(Seat.SERVER_FULL);
    }
    if (own.size() >= SESSIONS_OF_AN_ACCOUNT) {
      return Optional.empty();
    }
    guests.computeIfAbsent(guest.account(), none -> new LinkedHashSet<>()).add(guest);
    return Optional.of(Seat.TAKEN);
  }

  /**
   * The seat of the oldest session of the device that is to give way, if that is not the one that
   * asks. The oldest, for it is the likeliest to be one whose client has gone without a word.
   */
  private synchronized Seat takeAnothers(Guest guest, Lineage lineage) {
    Optional<Seat> free = takeFree(guest);
    if (free.isPresent()) {
      return free.get();
    }
    Set<Guest> own = guests.getOrDefault(guest.account(), Set.of());
    Map<DeviceId, Long> sessions =
        Stream.concat(own.stream(), Stream.of(guest))
            .collect(groupingBy(Guest::device, counting()));
    DeviceId greedy = lineage.whoGivesWay(sessions);
    if (greedy.equals(guest.device())) {
      return Seat.TOO_MANY_SESSIONS;
    }
    own.stream()
        .filter(one -> one.device().equals(greedy))
        .findFirst()
        .ifPresent(
            oldest -> {
              giveBack(oldest);
              oldest.giveWay().run();
            });
    return takeFree(guest).orElseThrow();
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
