package org.anonymouscloud.client.cli.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anoncloud account ...}. */
@Command(
    name = "account",
    mixinStandardHelpOptions = true,
    description = "Say which account is logged in here; 'account delete' deletes it.")
public final class AccountCommand implements Callable<Integer> {
  private final Context context;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  public AccountCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    JsonNode account = context.agent().get("/account");
    if (json) {
      context.terminal().printJson(account);
      return 0;
    }
    account
        .properties()
        .forEach(
            known -> context.terminal().print(known.getKey() + ": " + known.getValue().asText()));
    return 0;
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = {
        "Delete the account and everything in it from the server, for good.",
        "Nobody can bring it back, with the emergency sheet neither.",
        "Drives that it pays for end for their other members too; which those are is said before"
            + " you are asked. To keep one, another owner of it first takes over paying ('anoncloud"
            + " drive quota DRIVE --pay'). Of an account that was in drives of others the server"
            + " keeps the public keys, without its name, as long as those drives."
      })
  int delete(
      @Option(names = "--yes", description = "Do not ask for the account's name.") boolean yes,
      @Option(
              names = "--password-file",
              paramLabel = "FILE",
              description = "Holds the account's password; without it the password is asked for.")
          @Nullable Path file,
      @Option(names = "--json", description = "One JSON document.") boolean asJson)
      throws Problem, IOException {
    String user = context.agent().get("/account").path("user").asText();
    context
        .agent()
        .get("/account/delete")
        .path("endsForOthers")
        .forEach(one -> context.terminal().warn(one.asText()));
    String confirmed =
        yes
            ? user
            : StandardTerminal.ask(
                "All files and messages of '" + user + "' will be gone. Type the account's name:");
    JsonNode done;
    try (Secret password = PasswordInput.existing(file)) {
      done =
          context
              .agent()
              .post("/account/delete", Map.of("user", confirmed, "password", password.bytes()));
    }
    if (asJson) {
      context.terminal().printJson(done);
    } else {
      context.terminal().print("The account '" + user + "' is deleted.");
    }
    return 0;
  }
}
