package org.anonymouscloud.core.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.server.AccountEnd;
import org.anonymouscloud.core.session.ServedSession;
import org.anonymouscloud.core.worker.Seats;

/** The sessions of this process that are logged in. Thread-safe. */
final class Presence {
  private final Seats seats;
  private final Map<AccountId, Map<ServedSession, DeviceId>> sessions = new HashMap<>();

  /**
   * @param seats each session here has one
   */
  Presence(Seats seats) {
    this.seats = seats;
  }

  /** Adds a session that is not there yet; false if the server is full. */
  synchronized boolean enter(AccountId account, DeviceId device, ServedSession session) {
    if (!seats.take()) {
      return false;
    }
    sessions.computeIfAbsent(account, none -> new HashMap<>()).put(session, device);
    return true;
  }

  /** Removes a session that has entered. */
  synchronized void leave(AccountId account, ServedSession session) {
    Map<ServedSession, DeviceId> ofAccount = sessions.get(account);
    if (ofAccount != null && ofAccount.remove(session) != null) {
      seats.giveBack();
      if (ofAccount.isEmpty()) {
        sessions.remove(account);
      }
    }
  }

  /** Those who have sessions here. */
  synchronized Set<AccountId> accounts() {
    return Set.copyOf(sessions.keySet());
  }

  /** Sends to each of the account's sessions. */
  void push(AccountId account, String topic, byte[] body) {
    Set<ServedSession> receivers;
    synchronized (this) {
      receivers = Set.copyOf(sessions.getOrDefault(account, Map.of()).keySet());
    }
    receivers.forEach(session -> session.push(topic, body));
  }

  /** Ends the sessions of an account that shall not stay. */
  void end(AccountEnd end) {
    List<ServedSession> ended = new ArrayList<>();
    synchronized (this) {
      sessions
          .getOrDefault(end.account(), Map.of())
          .forEach(
              (session, device) -> {
                if (!end.except().equals(Optional.of(device))) {
                  ended.add(session);
                }
              });
    }
    ended.forEach(ServedSession::end);
  }
}
