package org.anonymouscloud.vault.client.cli.drives;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.space.Sweep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anoncloud df}. */
@Command(
    name = "df",
    mixinStandardHelpOptions = true,
    description = {
      "Say how much space your drives take on the server, and how much there is.",
      "It is not what 'du' adds up: what is stored is padded and packed so that the server does not"
          + " see what it is, earlier states and the trash take space as well, and copies take"
          + " none. 'deleted' is what nothing needs any more; the server gives it back within a"
          + " day. --detail tells apart what is there now, the trash, earlier states, and what"
          + " packing costs."
    })
public final class DfCommand implements Callable<Integer> {
  private static final int NEARLY_FULL = 90;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long UNKNOWN = -1;

  private final CommandContext context;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  @Option(
      names = "--detail",
      description =
          "Also what takes it. Reads every folder of each drive and of its earlier states, which"
              + " for very many files takes minutes.")
  private boolean detail;

  public DfCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    JsonNode space = context.agent().get("/vault/space");
    List<JsonNode> details = new ArrayList<>();
    if (detail) {
      for (JsonNode drive : space.path("drives")) {
        JsonNode found = detail(drive);
        ((ObjectNode) drive).set("detail", found);
        details.add(drive);
      }
    }
    boolean whole = details.stream().allMatch(drive -> unread(drive) == 0);
    if (json) {
      context.terminal().printJson(space);
      return whole ? 0 : Problem.Kind.SECURITY.exitCode();
    }
    print("drive", "used", "deleted", "limit", "paid by");
    for (JsonNode drive : space.path("drives")) {
      String name = name(drive);
      print(
          name,
          shown(drive.path("used")),
          shown(drive.path("held")),
          drive.hasNonNull("limit") ? shown(drive.path("limit")) : "-",
          payer(drive));
      if (drive.has("problem")) {
        context.terminal().warn(drive.path("problem").asText());
      }
    }
    printDetails(details);
    if (space.has("used")) {
      context
          .terminal()
          .print(
              "Your account uses "
                  + shown(space.path("used"))
                  + (space.hasNonNull("quota")
                      ? " of " + shown(space.path("quota")) + "."
                      : ", without a limit."));
    } else {
      context.terminal().print("Nothing was put on a drive yet.");
    }
    if (isNearlyFull(space.path("used"), space.path("quota"))) {
      context
          .terminal()
          .warn("Your account is " + left(space.path("used"), space.path("quota")) + wayOn());
    }
    for (JsonNode drive : space.path("drives")) {
      if (isNearlyFull(drive.path("used"), drive.path("limit"))) {
        context
            .terminal()
            .warn(
                "The drive "
                    + name(drive)
                    + " is "
                    + left(drive.path("used"), drive.path("limit"))
                    + "Who owns it sets its limit ('anoncloud drive quota'). "
                    + wayOn());
      }
    }
    JsonNode lacks = context.agent().get("/agent").path("serverLacks");
    if (lacks.isTextual()) {
      context.terminal().warn(lacks.asText());
    }
    return whole ? 0 : Problem.Kind.SECURITY.exitCode();
  }

  /** What a drive takes, and for what. */
  private JsonNode detail(JsonNode drive) throws Problem, IOException {
    String url = "/vault/drives/" + drive.path("id").asText() + "/breakdown";
    JsonNode found = MissingNode.getInstance();
    try (InputStream lines = context.agent().download(url);
        MappingIterator<JsonNode> each = JSON.readerFor(JsonNode.class).readValues(lines);
        Terminal.Progress _ = context.terminal().progress("Reading", UNKNOWN)) {
      while (each.hasNextValue()) {
        found = each.nextValue();
      }
    }
    return found;
  }

  private static long unread(JsonNode drive) {
    return drive.path("detail").path("unread").asLong();
  }

  private void printDetails(List<JsonNode> drives) {
    if (drives.isEmpty()) {
      return;
    }
    String row = "%-24s  %10s  %10s  %10s  %10s  %10s  %10s";
    context
        .terminal()
        .print(row.formatted("drive", "now", "trash", "earlier", "packing", "unneeded", "other"));
    for (JsonNode drive : drives) {
      JsonNode found = drive.path("detail");
      String name = name(drive);
      context
          .terminal()
          .print(
              row.formatted(
                  name,
                  shown(found.path("now")),
                  shown(found.path("trash")),
                  shown(found.path("earlier")),
                  shown(found.path("packing")),
                  shown(found.path("unneeded")),
                  shown(found.path("other"))));
      if (unread(drive) > 0) {
        context
            .terminal()
            .warn(
                "Of the drive "
                    + name
                    + " not all can be read, so it needs more than is said here; 'anoncloud verify"
                    + " --states' names what.");
      }
    }
    context
        .terminal()
        .print(
            "'trash' and 'earlier' are what only removed things, or only earlier states, still"
                + " need; 'anoncloud compact' gives 'unneeded' back where it is more than "
                + ShownSize.of(Sweep.LEAST_GAIN)
                + ". 'other' is what uploads have"
                + " sent that are under way or were cut, which goes on with the next one or goes"
                + " within a day, and the drive's own records.");
  }

  private static String wayOn() {
    return "Remove what is not needed; what was removed takes space for longer, in the trash and in"
        + " earlier states, for as long as 'anoncloud drive retention' says; with less,"
        + " 'anoncloud compact' gives it back.";
  }

  private static String left(JsonNode used, JsonNode most) {
    long left = Math.max(0, most.asLong() - used.asLong());
    return (left == 0 ? "full: " : "nearly full: ")
        + shown(used)
        + " of "
        + shown(most)
        + " are used"
        + (left == 0 ? ". " : ", and " + ShownSize.of(left) + " are left. ");
  }

  private static boolean isNearlyFull(JsonNode used, JsonNode most) {
    return most.isNumber() && used.asDouble() * 100 >= most.asDouble() * NEARLY_FULL;
  }

  private static String shown(JsonNode bytes) {
    return ShownSize.of(bytes.asLong());
  }

  /** With the id where the name alone leads to another drive. */
  private static String name(JsonNode drive) {
    String id = drive.path("id").asText();
    String name = ForeignText.visible(drive.path("name").asText(id));
    if (drive.has("gone")) {
      return ForeignText.visible(drive.path("gone").asText()) + " (gone)";
    }
    return drive.path("byId").asBoolean() ? name + " (" + id + ")" : name;
  }

  private static String payer(JsonNode drive) {
    if (drive.path("pays").asBoolean()) {
      return "you";
    }
    return ForeignText.visible(drive.path("payerName").asText(drive.path("payer").asText("?")));
  }

  private void print(String name, String used, String held, String limit, String payer) {
    context
        .terminal()
        .print("%-24s  %12s  %12s  %12s  %s".formatted(name, used, held, limit, payer));
  }
}
