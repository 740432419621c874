package org.anonymouscloud.client.cli.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anoncloud logout}. */
@Command(
    name = "logout",
    mixinStandardHelpOptions = true,
    description =
        "Remove the account and its keys from this device. To come back, you need the password and"
            + " the account key.")
public final class LogoutCommand implements Callable<Integer> {
  private final Context context;

  @Option(names = "--yes", description = "Do not ask, though it is the account's only device.")
  private boolean yes;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  public LogoutCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    if (!yes && isOnlyDevice() && !isWanted()) {
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
    JsonNode done = context.agent().delete("/account");
    if (json) {
      context.terminal().printJson(done);
    } else if (done.path("loggedOut").asBoolean()) {
      context
          .terminal()
          .print(
              "Logged out. The account stays on the server; its keys are gone from this machine.");
      if (!done.path("othersTold").asBoolean()) {
        context.terminal().print(untold(done.path("device").asText("ID")));
      }
    } else {
      context.terminal().print("Nobody was logged in here.");
    }
    return 0;
  }

  /** As far as that can be found out: also without a server, or locked, a device can be left. */
  private boolean isOnlyDevice() throws IOException {
    try {
      int others = 0;
      for (JsonNode device : context.agent().get("/account/devices").path("devices")) {
        boolean counts = !device.path("here").asBoolean() && !device.path("loggedOut").asBoolean();
        others += counts ? 1 : 0;
      }
      return others == 0;
    } catch (Problem e) {
      return false;
    }
  }

  private static boolean isWanted() throws Problem {
    String why =
        "This is the account's only device on which somebody is logged in. Without it, only the"
            + " password with the account key, or the recovery words, open the account: have the"
            + " emergency sheet at hand.";
    if (StandardTerminal.person().isEmpty()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT, why + " There is no terminal to ask on; give --yes.");
    }
    return StandardTerminal.confirmed(why + " Log out?");
  }

  private static String untold(String device) {
    return "Your other devices could not be told; remove it there with 'anoncloud device revoke "
        + device
        + (device.equals("ID") ? "'; 'anoncloud device list' shows the ID." : "'.");
  }
}
