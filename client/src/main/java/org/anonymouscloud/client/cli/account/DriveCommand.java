package org.anonymouscloud.client.cli.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anoncloud drive ...}. */
@Command(name = "drive", mixinStandardHelpOptions = true, description = "The drive as a whole.")
public final class DriveCommand {
  private final Context context;

  public DriveCommand(Context context) {
    this.context = context;
  }

  @Command(
      name = "accept-restored",
      mixinStandardHelpOptions = true,
      description = {
        "Go on with a server whose owner has restored a backup.",
        "Shows what the server lacks of what this device has seen, and asks. Only for when the"
            + " owner says that it was a backup: a server that forgets on purpose looks the same."
      })
  int acceptRestored(
      @Option(names = "--yes", description = "Do not ask.") boolean yes,
      @Option(names = "--json", description = "One JSON document; without --yes it only shows.")
          boolean json)
      throws Problem, IOException {
    JsonNode lacks = context.agent().get("/account/restored");
    boolean older = lacks.path("older").asBoolean();
    if (json && (!older || !yes)) {
      context.terminal().printJson(lacks);
      return 0;
    }
    if (!older) {
      context.terminal().print("The server has all that this device has seen; nothing to do.");
      return 0;
    }
    if (!yes && StandardTerminal.person().isEmpty()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "There is no terminal to ask on; --json shows what would be lost, --yes loses it.");
    }
    if (!json) {
      // Before anything is done, also if nobody is asked: it may be cut, and is not told again.
      context.terminal().print(describe(lacks));
      lacks.path("whatToDo").forEach(note -> context.terminal().print(note.asText()));
    }
    if (!yes && !StandardTerminal.confirmed("Go on with what the server has?")) {
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
    JsonNode done =
        context
            .agent()
            .post("/account/restored/accept", Map.of("state", lacks.path("state").asText()));
    if (json) {
      context.terminal().printJson(done);
      return 0;
    }
    context.terminal().print("This device goes on from what the server has.");
    Set<String> said = new HashSet<>();
    lacks.path("whatToDo").forEach(note -> said.add(note.asText()));
    for (JsonNode note : done.path("notes")) {
      if (said.add(note.asText())) {
        context.terminal().print(note.asText());
      }
    }
    return 0;
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
      feature.getValue().forEach(state -> lost.add(describe(feature.getKey(), state)));
      if (feature.getValue().isEmpty()) {
        lines.add(
            "No device of the account says how far this had come when devices were removed: "
                + feature.getKey());
      }
      JsonNode instead = lacks.path("instead").path(feature.getKey());
      lines.add(
          instead.isMissingNode()
              ? "The server has nothing of it: " + feature.getKey()
              : "The server has instead:\n" + describe(feature.getKey(), instead));
    }
    for (JsonNode device : lacks.path("devicesBack")) {
      lines.add("In the account again, and to be removed again: " + device.asText());
    }
    if (!lost.isEmpty()) {
      lines.addFirst("The server lacks, of what this device has seen:\n" + String.join("\n", lost));
    }
    return String.join("\n", lines);
  }

  private static String describe(String feature, JsonNode state) {
    String time = state.path("time").asText();
    String by = state.path("by").asText();
    return "  "
        + feature
        + (time.isEmpty() ? ", time unknown" : ", " + ShownTime.of(time))
        + ", change number "
        + state.path("number").asText()
        // Last, as whoever names a device could else go on in our words.
        + (by.isEmpty() ? "" : ", by " + by);
  }
}
