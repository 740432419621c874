package org.anonymouscloud.client.cli.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
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
    description =
        "Open an account on this device, with its password and account key, or with the code of"
            + " another device.")
public final class LoginCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private AccountOptions account = new AccountOptions();

  @Option(
      names = {"--account-key-file", "--sheet"},
      paramLabel = "FILE",
      description =
          "Holds the account key, or is the emergency sheet, which names server and user as well;"
              + " without it the key is asked for.")
  private @Nullable Path accountKey;

  @Option(
      names = "--pairing-code-file",
      paramLabel = "FILE",
      description =
          "Holds the code that 'anoncloud device pair' shows on a device of the account; takes the"
              + " place of user name, password and account key.")
  private @Nullable Path pairingCode;

  @Option(
      names = "--pair",
      description = "Ask for such a code, in place of user name, password and account key.")
  private boolean pair;

  public LoginCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    AccountOptions.requireNobody(context);
    if (pair || pairingCode != null) {
      pair();
    } else {
      logIn();
    }
    return 0;
  }

  private void pair() throws Problem, IOException {
    ConnectionString server = ServerChoice.trusted(context.home(), account.server);
    tell(Attempts.of(PasswordInput.isTyped(pairingCode), context.terminal(), () -> pair(server)));
  }

  private JsonNode pair(ConnectionString server) throws Problem, IOException {
    try (Secret code = PasswordInput.pairingCode(pairingCode)) {
      Map<String, Object> wish = new LinkedHashMap<>();
      wish.put("server", server.toString());
      wish.put("code", code.bytes());
      wish.put("deviceName", account.deviceName);
      return context.agent().post("/account/pair", wish);
    }
  }

  private void logIn() throws Problem, IOException {
    try (Secret file = accountKey == null ? null : PasswordInput.accountKey(accountKey)) {
      String user =
          AccountOptions.userName(SheetFile.orOnSheet(account.user, file, SheetPage.USER));
      ConnectionString server =
          ServerChoice.trusted(
              context.home(), SheetFile.orOnSheet(account.server, file, SheetPage.SERVER));
      boolean typed =
          PasswordInput.isTyped(account.passwordFile) || PasswordInput.isTyped(accountKey);
      tell(Attempts.of(typed, context.terminal(), () -> logIn(server, user, file)));
    }
  }

  /**
   * @param file what the file of the account key holds, if there is one; stays the caller's
   */
  private JsonNode logIn(ConnectionString server, String user, @Nullable Secret file)
      throws Problem, IOException {
    try (Secret password = PasswordInput.existing(account.passwordFile);
        Secret key = file == null ? PasswordInput.accountKey(null) : file.copy()) {
      Map<String, Object> wish = new LinkedHashMap<>();
      wish.put("server", server.toString());
      wish.put("user", user);
      wish.put("password", password.bytes());
      wish.put("accountKey", key.bytes());
      wish.put("deviceName", account.deviceName);
      return context.agent().post("/account/login", wish);
    }
  }

  private void tell(JsonNode done) {
    if (account.json) {
      context.terminal().printJson(done);
    } else {
      context.terminal().print("You are logged in as " + done.path("user").asText() + ".");
      done.path("notes").forEach(note -> context.terminal().print(note.asText()));
    }
  }
}
