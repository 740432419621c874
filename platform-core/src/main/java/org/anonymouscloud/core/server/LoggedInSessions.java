package org.anonymouscloud.core.server;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.server.AccountEnd;
import org.anonymouscloud.core.account.server.DeviceOfAccount;
import org.anonymouscloud.core.session.server.ServedSession;
import org.anonymouscloud.core.worker.Seats;
import org.anonymouscloud.core.worker.Seats.Guest;
import org.anonymouscloud.core.worker.Seats.Seat;

/** The sessions of this process that are logged in. Thread-safe. */
final class LoggedInSessions {
  private final Seats seats;
  private final Map<AccountId, Map<ServedSession, Guest>> sessions = new HashMap<>();

  /**
   * @param seats each session here has one
   */
  LoggedInSessions(Seats seats) {
    this.seats = seats;
  }

  /**
   * Adds a session that is not there yet, if it is given a seat. A session does not leave before
   * this returns.
   */
  Seat enter(AccountId account, DeviceId device, ServedSession session) {
    Guest guest = new Guest(account, device, session::end);
    // Nothing is held meanwhile: who brings the answer may have to tell the sessions something
    // first.
    Seat seat = seats.take(guest);
    if (seat == Seat.TAKEN) {
      add(account, session, guest);
    }
    return seat;
  }

  /** Takes a seat for somebody who has no account yet; empty if the server is full. */
  Optional<Guest> reserve() {
    Guest newcomer = new Guest(AccountId.random(), DeviceId.random(), () -> {});
    return seats.take(newcomer) == Seat.TAKEN ? Optional.of(newcomer) : Optional.empty();
  }

  /** Gives a reserved seat back. */
  void release(Guest newcomer) {
    seats.giveBack(newcomer);
  }

  private synchronized void add(AccountId account, ServedSession session, Guest guest) {
    sessions.computeIfAbsent(account, none -> new HashMap<>()).put(session, guest);
  }

  /** Removes a session that has entered. */
  void leave(AccountId account, ServedSession session) {
    remove(account, session).ifPresent(seats::giveBack);
  }

  private synchronized Optional<Guest> remove(AccountId account, ServedSession session) {
    Map<ServedSession, Guest> ofAccount = sessions.getOrDefault(account, new HashMap<>());
    Optional<Guest> left = Optional.ofNullable(ofAccount.remove(session));
    if (ofAccount.isEmpty()) {
      sessions.remove(account);
    }
    return left;
  }

  /** Those who have sessions here. */
  synchronized Set<DeviceOfAccount> devices() {
    Set<DeviceOfAccount> devices = new HashSet<>();
    sessions.forEach(
        (account, ofAccount) ->
            ofAccount
                .values()
                .forEach(guest -> devices.add(new DeviceOfAccount(account, guest.device()))));
    return devices;
  }

  /** Sends to each of the account's sessions on some of its devices. */
  void push(AccountId account, Predicate<DeviceId> devices, String topic, byte[] body) {
    of(account, devices).forEach(session -> session.push(topic, body));
  }

  /** Ends the sessions of an account that shall not stay. */
  void end(AccountEnd end) {
    end(end.account(), device -> !end.except().equals(Optional.of(device)));
  }

  /** Ends the sessions of a device. */
  void end(DeviceOfAccount gone) {
    end(gone.account(), gone.device()::equals);
  }

  private void end(AccountId account, Predicate<DeviceId> devices) {
    of(account, devices).forEach(ServedSession::end);
  }

  private synchronized List<ServedSession> of(AccountId account, Predicate<DeviceId> devices) {
    return sessions.getOrDefault(account, Map.of()).entrySet().stream()
        .filter(session -> devices.test(session.getValue().device()))
        .map(Map.Entry::getKey)
        .toList();
  }
}
