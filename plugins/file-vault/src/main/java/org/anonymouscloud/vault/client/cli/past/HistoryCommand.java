package org.anonymouscloud.vault.client.cli.past;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.vault.client.cli.TerminalText;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import org.anonymouscloud.vault.client.cli.typed.TypedDrive;
import org.anonymouscloud.vault.client.cli.typed.TypedState;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud history}. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description = {
      "List the states that the drive has been in, the newest first.",
      "Each change makes a state. At the end stands the device that made it, by its id and name;"
          + " one that was removed has no name any more. Of another member of the drive it is the"
          + " user name, if that is one of your contacts; who is no member any more is said to be"
          + " none. The time is that of the device's clock. 'anoncloud go-back NUMBER' makes one of"
          + " them the newest again. 'left out' is what a device had written that was removed, and"
          + " that does not count; 'given back' is older than the states that stay, so there is no"
          + " way back to it."
    })
final class HistoryCommand implements Callable<Integer> {

  private static final int MOST = 1_000;

  /** So many characters of paths are enough for a line. */
  private static final int SHOWN = 60;

  private final CommandContext context;

  @Parameters(arity = "0..1", paramLabel = TypedDrive.LABEL, description = TypedDrive.OR_HOME)
  private @Nullable String drive;

  @Option(
      names = "--from",
      paramLabel = "NUMBER",
      description = "Begin with this state, not the newest.")
  private @Nullable String from;

  @Option(
      names = "--limit",
      paramLabel = "COUNT",
      defaultValue = "20",
      description = "How many to show, 1 to 1000; ${DEFAULT-VALUE} if not given.")
  private String limit = "20";

  /** As it was given before; scripts have it. */
  @Option(names = "--drive", hidden = true)
  private @Nullable String before;

  @Option(
      names = "--changes",
      description =
          "Also what each state changed: + was added, ~ changed, - removed, and 'FROM -> TO'"
              + " moved.")
  private boolean changes;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  HistoryCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    if (drive != null && TypedDrive.isPath(drive)) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "These are the states of a whole drive. Those of one file: 'anoncloud versions "
              + TerminalText.text(drive)
              + "'. As something was at a time: --at of 'ls', 'get' and other commands.");
    }
    VaultUrl asked = VaultUrl.top(TypedDrive.either(drive, before));
    long first = from == null ? Long.MAX_VALUE : TypedState.number(new TypedText("--from", from));
    JsonNode history =
        context
            .agent()
            .get(
                asked.drive()
                    + "/history?limit="
                    + new TypedText("--limit", limit).number(1, MOST, 20)
                    + (changes ? "&changes=true" : "")
                    + (from == null ? "" : "&from=" + first));
    if (json) {
      context.terminal().printJson(told(asked, history));
      return 0;
    }
    JsonNode states = history.path("states");
    if (states.isEmpty()) {
      context
          .terminal()
          .print(TypedDrive.heading(asked.driveName()) + "Nothing has been put on the drive yet.");
      return 0;
    }
    long newest = states.path(0).path("number").asLong();
    if (from != null && newest < first) {
      context
          .terminal()
          .warn(
              TypedDrive.heading(asked.driveName())
                  + "There is no state "
                  + first
                  + "; this begins with state "
                  + newest
                  + ".");
    }
    Authors authors = new Authors(context, states);
    for (JsonNode state : states) {
      context
          .terminal()
          .print(
              "%10d  %-26s  %-13s  %s"
                  .formatted(
                      state.path("number").asLong(),
                      time(state),
                      remark(state),
                      authors.of(state)));
      if (changes) {
        context.terminal().print("            " + changes(asked, state.path("changes")));
      }
    }
    return 0;
  }

  /** As {@link VaultUrl#told}, also of the paths that have a sign before them. */
  private static JsonNode told(VaultUrl asked, JsonNode history) {
    JsonNode told = asked.told(history);
    for (JsonNode paths : told.findValues("paths")) {
      ArrayNode list = (ArrayNode) paths;
      for (int at = 0; at < list.size(); at++) {
        String path = list.path(at).asText();
        list.set(at, TextNode.valueOf(path.charAt(0) + asked.typedAgain(path.substring(1))));
      }
    }
    return told;
  }

  private static String changes(VaultUrl asked, JsonNode changes) {
    if (changes.isMissingNode()) {
      return "what it changed is not known";
    }
    List<String> counts = new ArrayList<>();
    for (String kind : List.of("added", "changed", "removed", "moved")) {
      if (changes.path(kind).asLong() > 0) {
        counts.add(changes.path(kind).asLong() + " " + kind);
      }
    }
    if (counts.isEmpty()) {
      return "nothing";
    }
    List<String> named = new ArrayList<>();
    for (JsonNode move : changes.path("moves")) {
      named.add(
          asked.shown(move.path("from").asText()) + " -> " + asked.shown(move.path("to").asText()));
    }
    for (JsonNode each : changes.path("paths")) {
      String path = each.asText();
      named.add(path.charAt(0) + asked.shown(path.substring(1)));
    }
    return String.join(", ", counts)
        + (changes.path("more").asBoolean() ? " and more" : "")
        + ":  "
        + shortened(named);
  }

  private static String shortened(List<String> named) {
    StringBuilder line = new StringBuilder();
    for (String one : named) {
      if (line.length() > SHOWN) {
        return line + "  ...";
      }
      line.append(line.isEmpty() ? "" : "  ").append(one);
    }
    return line.toString();
  }

  private static String time(JsonNode state) {
    return state.hasNonNull("time") ? ShownTime.of(state.path("time").asText()) : "?";
  }

  private static String remark(JsonNode state) {
    if (!state.path("counts").asBoolean()) {
      return "left out";
    }
    if (state.path("givenBack").asBoolean()) {
      return "given back";
    }
    return state.path("opens").asBoolean() ? "" : "does not open";
  }
}
