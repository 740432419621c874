package org.anonymouscloud.client.cli.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.session.ConnectionString;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code anoncloud register}. The sheet is put away before the server has the account. */
@Command(
    name = "register",
    mixinStandardHelpOptions = true,
    description = "Make an account on a server and log in here.")
public final class RegisterCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private AccountOptions account = new AccountOptions();

  @Mixin private SheetOptions sheet = new SheetOptions();

  @Option(
      names = "--invite-file",
      paramLabel = "FILE",
      description =
          "Holds the invitation, if the server takes nobody without; without it the invitation is"
              + " asked for when it is needed.")
  private @Nullable Path inviteFile;

  public RegisterCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    String user = account.userName();
    sheet.check();
    AccountOptions.requireNobody(context);
    ConnectionString server = ServerChoice.trusted(context.home(), account.server);
    JsonNode prepared;
    try (Secret password =
        PasswordInput.fresh(
            context.terminal(), "Password: ", account.passwordFile, "--password-file")) {
      prepared = prepare(server, user, password);
    }
    try (Secret text = Secret.of(prepared.path("sheet").binaryValue())) {
      sheet.keep(context.terminal(), text);
    }
    tell(confirm(prepared));
    return 0;
  }

  private JsonNode confirm(JsonNode prepared) throws Problem, IOException {
    try {
      return context
          .agent()
          .post(
              "/account/register/confirm",
              Map.of("registration", prepared.path("registration").asText()));
    } catch (Problem e) {
      if (e.kind() == Problem.Kind.UNAVAILABLE) {
        throw e;
      }
      throw new Problem(
          e.kind(),
          e.getMessage() + " The emergency sheet is void, for there is no account: remove it.",
          e);
    }
  }

  private JsonNode prepare(ConnectionString server, String user, Secret password)
      throws Problem, IOException {
    Map<String, Object> wish = new LinkedHashMap<>();
    wish.put("server", server.toString());
    wish.put("user", user);
    wish.put("password", password.bytes());
    wish.put("deviceName", account.deviceName);
    if (inviteFile != null) {
      return prepare(wish, PasswordInput.invite(inviteFile));
    }
    try {
      return context.agent().post("/account/register", wish);
    } catch (Problem e) {
      if (e.kind() != Problem.Kind.INVITE_NEEDED) {
        throw e;
      }
      if (StandardTerminal.person().isEmpty()) {
        throw new Problem(e.kind(), e.getMessage() + " Give it with --invite-file FILE.", e);
      }
      context.terminal().print(String.valueOf(e.getMessage()));
      return Attempts.of(true, context.terminal(), () -> prepare(wish, PasswordInput.invite(null)));
    }
  }

  private JsonNode prepare(Map<String, Object> wish, Secret invitation)
      throws Problem, IOException {
    try (invitation) {
      wish.put("invite", invitation.bytes());
      return context.agent().post("/account/register", wish);
    }
  }

  private void tell(JsonNode done) {
    if (account.json) {
      context.terminal().printJson(done);
      return;
    }
    context
        .terminal()
        .print("You are registered and logged in as " + done.path("user").asText() + ".");
    sheet.advice().ifPresent(context.terminal()::print);
    context
        .terminal()
        .print("In a few days, see whether you still find it: 'anoncloud recover --rehearse'.");
  }
}
