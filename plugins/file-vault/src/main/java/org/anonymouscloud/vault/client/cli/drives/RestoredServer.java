package org.anonymouscloud.vault.client.cli.drives;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;

/** How a person goes on with a server that was restored: told what it lacks, and asked. */
final class RestoredServer {
  /** An account pays for no more drives, and few are members of as many again. */
  private static final int MOST_DRIVES = 512;

  private final CommandContext context;

  RestoredServer(CommandContext context) {
    this.context = context;
  }

  /**
   * @param yes whether nobody is asked
   * @param json whether one document is printed; without {@code yes} it only shows
   */
  void accept(boolean yes, boolean json) throws Problem, IOException {
    JsonNode lacks = context.agent().get("/account/restored");
    if (json) {
      boolean accepts = lacks.path("older").asBoolean() && yes;
      context.terminal().printJson(accepts ? accept(lacks) : lacks);
      return;
    }
    if (!lacks.path("older").asBoolean()) {
      context.terminal().print("The server has all that this device has seen; nothing to do.");
    }
    // One drive after another: each is looked at as it is when those before it are settled.
    for (int drive = 0; lacks.path("older").asBoolean() && drive < MOST_DRIVES; drive++) {
      acceptTold(lacks, yes);
      lacks = context.agent().get("/account/restored");
    }
  }

  private JsonNode accept(JsonNode lacks) throws Problem, IOException {
    return context
        .agent()
        .post("/account/restored/accept", Map.of("state", lacks.path("state").asText()));
  }

  private void acceptTold(JsonNode lacks, boolean yes) throws Problem, IOException {
    List<String> about = new ArrayList<>(List.of(describe(lacks)));
    lacks.path("whatToDo").forEach(note -> about.add(note.asText()));
    if (!yes) {
      if (!context.terminal().confirm(about, "Go on with what the server has?")) {
        throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
      }
    } else {
      // Before anything is done: it may be cut, and is not told again.
      about.forEach(context.terminal()::print);
    }
    JsonNode done = accept(lacks);
    context.terminal().print("This device goes on from what the server has.");
    for (JsonNode note : done.path("notes")) {
      if (!about.contains(note.asText())) {
        context.terminal().print(note.asText());
      }
    }
  }

  private static String describe(JsonNode lacks) {
    List<String> lost = new ArrayList<>();
    for (JsonNode link : lacks.path("account")) {
      lost.add(
          String.join(
              ", ",
              "  account",
              ShownTime.of(link.path("time").asText()),
              link.path("what").asText(),
              "by " + link.path("by").asText()));
    }
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, JsonNode> feature : lacks.path("features").properties()) {
      String named = lacks.path("named").path(feature.getKey()).asText(feature.getKey());
      feature.getValue().forEach(state -> lost.add(describe(named, state)));
      if (feature.getValue().isEmpty()) {
        lines.add(
            "No device of the account says how far this had come when devices were removed: "
                + named);
      }
      JsonNode instead = lacks.path("instead").path(feature.getKey());
      lines.add(
          instead.isMissingNode()
              ? "The server has nothing of it: " + named
              : "The server has instead:\n" + describe(named, instead));
    }
    for (JsonNode device : lacks.path("devicesBack")) {
      lines.add("In the account again, and to be removed again: " + device.asText());
    }
    if (!lost.isEmpty()) {
      lines.addFirst("The server lacks, of what this device has seen:\n" + String.join("\n", lost));
    }
    return String.join("\n", lines);
  }

  private static String describe(String named, JsonNode state) {
    String time = state.path("time").asText();
    String by = state.path("by").asText();
    return "  "
        + named
        + (time.isEmpty() ? ", time unknown" : ", " + ShownTime.of(time))
        + ", change number "
        + state.path("number").asText()
        // Last, as whoever names a device could else go on in our words.
        + (by.isEmpty() ? "" : ", by " + by);
  }
}
