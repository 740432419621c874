package org.anonymouscloud.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.session.ConnectionString;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code anoncloud login}. */
@Command(
    name = "login",
    mixinStandardHelpOptions = true,
    description = "Open an account on this device, with its password and account key.")
final class LoginCommand implements Callable<Integer> {
  private final Commands.Context context;

  @Mixin private AccountOptions account = new AccountOptions();

  @Option(
      names = {"--account-key-file", "--sheet"},
      paramLabel = "FILE",
      description =
          "Holds the account key, or is the emergency sheet; without it the key is asked for.")
  private @Nullable Path accountKey;

  LoginCommand(Commands.Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    String user = account.userName();
    ConnectionString server = ServerChoice.trusted(context.home(), account.server);
    try (Secret password = PasswordInput.existing(account.passwordFile);
        Secret key = PasswordInput.accountKey(accountKey)) {
      JsonNode done =
          context
              .agent()
              .post(
                  "/account/login",
                  Map.of(
                      "server",
                      server.toString(),
                      "user",
                      user,
                      "password",
                      password.bytes(),
                      "accountKey",
                      key.bytes()));
      if (account.json) {
        context.terminal().printJson(done);
      } else {
        context.terminal().print("You are logged in as " + done.path("user").asText() + ".");
      }
    }
    return 0;
  }
}
