package org.anonymouscloud.vault.client.cli.drives;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.wire.ForeignText;
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
          + " day."
    })
public final class DfCommand implements Callable<Integer> {
  private static final int NEARLY_FULL = 90;

  private final CommandContext context;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  public DfCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    JsonNode space = context.agent().get("/vault/space");
    if (json) {
      context.terminal().printJson(space);
      return 0;
    }
    print("drive", "used", "deleted", "limit", "paid by");
    for (JsonNode drive : space.path("drives")) {
      String name = ForeignText.visible(drive.path("name").asText(drive.path("id").asText()));
      print(
          name,
          drive.path("used").asText(),
          drive.path("held").asText(),
          drive.path("limit").asText("-"),
          payer(drive));
      if (drive.has("problem")) {
        context.terminal().warn(drive.path("problem").asText());
      }
    }
    if (space.has("used")) {
      context
          .terminal()
          .print(
              "Your account uses "
                  + space.path("used").asText()
                  + (space.has("quota")
                      ? " of " + space.path("quota").asText() + " bytes."
                      : " bytes, without a limit."));
    } else {
      context.terminal().print("Nothing was put on a drive yet.");
    }
    if (isNearlyFull(space.path("used"), space.path("quota"))) {
      context.terminal().warn("Your account is nearly full. " + wayOn());
    }
    for (JsonNode drive : space.path("drives")) {
      if (isNearlyFull(drive.path("used"), drive.path("limit"))) {
        context
            .terminal()
            .warn(
                "The drive "
                    + ForeignText.visible(drive.path("name").asText())
                    + " is near its limit, which who owns it sets ('anoncloud drive quota'). "
                    + wayOn());
      }
    }
    return 0;
  }

  private static String wayOn() {
    return "What was removed takes space for longer, in the trash and in earlier states, for as"
        + " long as 'anoncloud drive retention' says; with less, 'anoncloud compact' gives"
        + " it back.";
  }

  private static boolean isNearlyFull(JsonNode used, JsonNode most) {
    return most.isNumber() && used.asDouble() * 100 >= most.asDouble() * NEARLY_FULL;
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
        .print("%-24s  %16s  %14s  %16s  %s".formatted(name, used, held, limit, payer));
  }
}
