package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.tree.VaultPath;

/** The entries of a folder, asked for some thousand at a time. */
final class Listing {
  private static final int AT_ONCE = 5_000;

  private Listing() {}

  /** Is given one entry after another. */
  @FunctionalInterface
  interface Receiver {
    void take(JsonNode entry) throws IOException;
  }

  /**
   * Goes through a folder.
   *
   * @param recursive whether also through all that is below it, a folder before what is in it
   */
  static void each(AgentApi agent, VaultPath folder, boolean recursive, Receiver receiver)
      throws Problem, IOException {
    String url = VaultUrl.files(folder) + "?limit=" + AT_ONCE + "&recursive=" + recursive;
    String after = "";
    do {
      JsonNode page = agent.get(url + "&after=" + VaultUrl.encoded(after));
      for (JsonNode entry : page.path("entries")) {
        receiver.take(entry);
      }
      after = page.path("next").asText("");
    } while (!after.isEmpty());
  }

  static boolean isFolder(JsonNode entry) {
    return entry.path("type").asText().equals("folder");
  }
}
