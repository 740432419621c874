package org.anonymouscloud.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
final class RegisterCommand implements Callable<Integer> {
  private final Commands.Context context;

  @Mixin private AccountOptions account = new AccountOptions();

  @Option(
      names = "--sheet",
      paramLabel = "FILE",
      description =
          "Where to put the emergency sheet, a new file; without it the sheet is shown here.")
  private @Nullable Path sheet;

  @Option(
      names = "--account-key-file",
      paramLabel = "FILE",
      description = "Where to put the account key alone as well, a new file.")
  private @Nullable Path accountKey;

  @Option(
      names = "--invite-file",
      paramLabel = "FILE",
      description =
          "Holds the invitation, if the server takes nobody without; without it the invitation is"
              + " asked for when it is needed.")
  private @Nullable Path inviteFile;

  RegisterCommand(Commands.Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    String user = account.userName();
    Optional<Console> person = StandardTerminal.person();
    if (sheet == null && person.isEmpty()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "The emergency sheet must go somewhere: give --sheet FILE, or run this on a terminal.");
    }
    SheetFile.requireNew(sheet);
    SheetFile.requireNew(accountKey);
    ConnectionString server = ServerChoice.trusted(context.home(), account.server);
    JsonNode prepared;
    try (Secret password = PasswordInput.fresh(account.passwordFile)) {
      prepared = prepare(server, user, password);
    }
    try (Secret text = Secret.of(prepared.path("sheet").binaryValue())) {
      keep(text);
    }
    JsonNode done =
        context
            .agent()
            .post(
                "/account/register/confirm",
                Map.of("registration", prepared.path("registration").asText()));
    tell(done);
    return 0;
  }

  private JsonNode prepare(ConnectionString server, String user, Secret password)
      throws Problem, IOException {
    Map<String, Object> wish = new LinkedHashMap<>();
    wish.put("server", server.toString());
    wish.put("user", user);
    wish.put("password", password.bytes());
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
      return prepare(wish, PasswordInput.invite(null));
    }
  }

  private JsonNode prepare(Map<String, Object> wish, Secret invitation)
      throws Problem, IOException {
    try (invitation) {
      wish.put("invite", invitation.bytes());
      return context.agent().post("/account/register", wish);
    }
  }

  private void keep(Secret text) throws Problem, IOException {
    if (accountKey != null) {
      SheetFile.writeAccountKey(accountKey, text);
    }
    if (sheet != null) {
      SheetFile.write(sheet, text);
      return;
    }
    OutputStream out = context.terminal().output();
    out.write(text.bytes());
    out.write('\n');
    out.flush();
    String answer =
        StandardTerminal.person()
            .map(console -> console.readLine("%s", "Have you kept this sheet? [yes/no] "))
            .orElse("");
    if (!answer.strip().toLowerCase(Locale.ROOT).equals("yes")) {
      throw new Problem(
          Problem.Kind.REFUSED, "Nothing was registered: an account needs its emergency sheet.");
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
    if (sheet != null) {
      context
          .terminal()
          .print(
              "The emergency sheet is in "
                  + sheet
                  + ". Print it, keep it apart from this machine, and remove the file.");
    }
  }
}
