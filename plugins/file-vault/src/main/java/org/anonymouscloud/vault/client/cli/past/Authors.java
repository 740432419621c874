package org.anonymouscloud.vault.client.cli.past;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.cli.TerminalText;

/** Who has written what was, as a person knows them. Asks the agent once for each list. */
final class Authors {
  private final Map<String, String> devices;
  private final Map<String, String> contacts;

  /**
   * @param written what they have written, as the agent tells of it
   */
  Authors(CommandContext context, JsonNode written) throws Problem, IOException {
    this.devices = names(context, "devices", "/account/devices", "id");
    boolean anyGone = written.findValues("member").stream().anyMatch(one -> !one.asBoolean());
    this.contacts = anyGone ? names(context, "contacts", "/contacts", "account") : Map.of();
  }

  private static Map<String, String> names(
      CommandContext context, String list, String path, String id) throws Problem, IOException {
    Map<String, String> names = new HashMap<>();
    for (JsonNode one : context.agent().get(path).path(list)) {
      names.put(one.path(id).asText(), one.path("name").asText());
    }
    return names;
  }

  /**
   * The device by its short id, and its name if it is one of the account's own; of another member
   * the name as a contact, else the account's short id. Who is no member any more is said to be
   * none.
   */
  String of(JsonNode written) {
    String device = written.path("device").asText();
    return "%.8s  %s".formatted(device, TerminalText.text(name(written, device)));
  }

  private String name(JsonNode written, String device) {
    String own = devices.getOrDefault(device, "");
    if (!written.has("account")) {
      return own;
    }
    String account = written.path("account").asText();
    String other = written.path("by").asText(contacts.getOrDefault(account, ""));
    return written.path("member").asBoolean(true)
        ? (other.isEmpty() ? own : other)
        : (other.isEmpty() ? "account %.8s".formatted(account) : other)
            + " (not a member any more)";
  }
}
