package org.anonymouscloud.core.server;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.session.ServedSession;

/** The sessions of this server that are logged in. Thread-safe. */
final class Presence {
  private final int max;
  private final Map<AccountId, Set<ServedSession>> sessions = new HashMap<>();
  private int count;

  /**
   * @param max sessions at once
   */
  Presence(int max) {
    this.max = max;
  }

  /** Adds a session that is not there yet; false if the server is full. */
  synchronized boolean enter(AccountId account, ServedSession session) {
    if (count == max) {
      return false;
    }
    count++;
    return sessions.computeIfAbsent(account, none -> new HashSet<>()).add(session);
  }

  /** Removes a session that has entered. */
  synchronized void leave(AccountId account, ServedSession session) {
    Set<ServedSession> ofAccount = sessions.get(account);
    if (ofAccount != null && ofAccount.remove(session)) {
      count--;
      if (ofAccount.isEmpty()) {
        sessions.remove(account);
      }
    }
  }

  /** Sends to each of the account's sessions. */
  void push(AccountId account, String topic, byte[] body) {
    Set<ServedSession> receivers;
    synchronized (this) {
      receivers = Set.copyOf(sessions.getOrDefault(account, Set.of()));
    }
    receivers.forEach(session -> session.push(topic, body));
  }
}
