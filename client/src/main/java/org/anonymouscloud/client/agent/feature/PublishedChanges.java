package org.anonymouscloud.client.agent.feature;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.anonymouscloud.core.plugin.AccountChange;
import org.anonymouscloud.core.plugin.EventLog;
import org.anonymouscloud.core.plugin.OpenAccount;

/** Publishes what changes of the account itself. Thread-safe. */
record PublishedChanges(EventLog events) implements OpenAccount {
  /** By this name the account's own events go; no feature has it. */
  static final String ACCOUNT = "account";

  @Override
  public void changed(AccountChange change) throws IOException {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    switch (change) {
      case AccountChange.NewGeneration(int generation) ->
          events.publish("new-generation", data.put("generation", generation));
      case AccountChange.DeviceAdded(var device) ->
          events.publish("device-added", data.put("device", device.toString()));
      case AccountChange.DeviceRemoved(var device) ->
          events.publish("device-removed", data.put("device", device.toString()));
      case AccountChange.ContactChanged(var contact) ->
          events.publish("contact-changed", data.put("account", contact.toString()));
    }
  }

  @Override
  public void close() {}
}
