package org.anonymouscloud.chat.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.plugin.AccountChange;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.OpenAccount;
import org.anonymouscloud.core.session.Link;

/**
 * An account that the chat follows in the background: it stays connected, for messages will come at
 * any time, and so learns at once when devices come and go. Thread-safe.
 */
final class FollowedAccount implements OpenAccount {
  private static final int KEPT = 100;

  private final Runnable closed;
  private final Link.Subscription subscription;

  // Guarded by this.
  private final Deque<Map<String, Object>> changes = new ArrayDeque<>();

  /**
   * @param closed called when the account is closed
   */
  FollowedAccount(AccountSession account, Runnable closed) {
    this.closed = closed;
    this.subscription = account.link().subscribe("chat/news", body -> {});
  }

  @Override
  public synchronized void changed(AccountChange change) {
    Map<String, Object> seen = new LinkedHashMap<>();
    switch (change) {
      case AccountChange.NewGeneration(int generation) -> seen.put("generation", generation);
      case AccountChange.DeviceAdded(var device) -> seen.put("added", device.toString());
      case AccountChange.DeviceRemoved(var device) -> seen.put("removed", device.toString());
      case AccountChange.ContactChanged(var contact) -> seen.put("contact", contact.toString());
    }
    changes.addLast(seen);
    if (changes.size() > KEPT) {
      changes.removeFirst();
    }
  }

  /** The newest changes since the account was opened, the oldest first. */
  synchronized List<Map<String, Object>> changes() {
    return List.copyOf(changes);
  }

  @Override
  public void close() {
    subscription.close();
    closed.run();
  }
}
