package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Command;

/** {@code anoncloud logout}. */
@Command(
    name = "logout",
    mixinStandardHelpOptions = true,
    description =
        "Remove the account and its keys from this device. To come back, you need the password and"
            + " the account key.")
final class LogoutCommand implements Callable<Integer> {
  private final Context context;

  LogoutCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    boolean was = context.agent().delete("/account").path("loggedOut").asBoolean();
    context
        .terminal()
        .print(
            was
                ? "Logged out. The account stays on the server; its keys are gone from this"
                    + " machine."
                : "Nobody was logged in here.");
    return 0;
  }
}
