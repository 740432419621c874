package org.anonymouscloud.vault.client.cli.past;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;

/** What the account's devices are called. */
final class DeviceNames {
  private DeviceNames() {}

  /** By their ids; one that was removed has no name. */
  static Map<String, String> of(CommandContext context) throws Problem, IOException {
    Map<String, String> names = new HashMap<>();
    for (JsonNode device : context.agent().get("/account/devices").path("devices")) {
      names.put(device.path("id").asText(), device.path("name").asText());
    }
    return names;
  }
}
