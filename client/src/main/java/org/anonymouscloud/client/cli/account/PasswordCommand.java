package org.anonymouscloud.client.cli.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anoncloud password ...}. */
@Command(
    name = "password",
    mixinStandardHelpOptions = true,
    description = "The account's password.")
public final class PasswordCommand {
  private final Context context;

  public PasswordCommand(Context context) {
    this.context = context;
  }

  @Command(
      name = "change",
      mixinStandardHelpOptions = true,
      description = {
        "Give the account another password.",
        "The old one is not needed on a device that is logged in. Devices stay logged in, account"
            + " key and sheet stay as they are."
      })
  int change(
      @Option(
              names = "--password-file",
              paramLabel = "FILE",
              description = "Holds the new password; without it the password is asked for.")
          @Nullable Path file,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    JsonNode done;
    try (Secret password =
        PasswordInput.fresh(context.terminal(), "New password: ", file, "--password-file")) {
      done = context.agent().post("/account/password", Map.of("password", password.bytes()));
    }
    if (json) {
      context.terminal().printJson(done);
    } else {
      context.terminal().print("The password is changed. The old one opens nothing any more.");
    }
    return 0;
  }
}
