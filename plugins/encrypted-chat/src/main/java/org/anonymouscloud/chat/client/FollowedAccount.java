package org.anonymouscloud.chat.client;

import java.io.IOException;
import org.anonymouscloud.core.plugin.AccountChange;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.OpenAccount;
import org.anonymouscloud.core.session.Link;

/**
 * An account that the chat follows in the background: it stays connected, for messages will come at
 * any time, and so learns at once when devices come and go. Thread-safe.
 */
final class FollowedAccount implements OpenAccount {
  private final Runnable closed;
  private final Link.Subscription subscription;
  private final SeenChanges changes;

  /**
   * @param closed called when the account is closed
   */
  FollowedAccount(AccountSession account, Runnable closed) {
    this.closed = closed;
    this.changes = new SeenChanges(account.records());
    this.subscription = account.link().subscribe("chat/news", body -> {});
  }

  @Override
  public void changed(AccountChange change) throws IOException {
    switch (change) {
      case AccountChange.NewGeneration(int generation) ->
          changes.add("generation", Integer.toString(generation));
      case AccountChange.DeviceAdded(var device) -> changes.add("added", device.toString());
      case AccountChange.DeviceRemoved(var device) -> changes.add("removed", device.toString());
      case AccountChange.ContactChanged(var contact) -> changes.add("contact", contact.toString());
    }
  }

  /** The newest changes that this device has seen. */
  SeenChanges changes() {
    return changes;
  }

  @Override
  public void close() {
    subscription.close();
    closed.run();
  }
}
