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
import org.anonymouscloud.core.wire.ForeignText;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code anoncloud recover}. The new sheet is put away before the account changes. */
@Command(
    name = "recover",
    mixinStandardHelpOptions = true,
    description = {
      "Come back to an account with the recovery words of its emergency sheet.",
      "It gets a new password and a new sheet, and its other devices are removed."
    })
public final class RecoverCommand implements Callable<Integer> {
  private final Context context;

  @Option(
      names = "--server",
      paramLabel = "CONNECTION-STRING",
      description =
          "anoncloud://host:port#FINGERPRINT; if not given, that of the sheet, or else the server"
              + " of 'anoncloud up'.")
  private @Nullable String server;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description = "The user name; that of the sheet if not given.")
  private @Nullable String user;

  @Option(
      names = "--words-file",
      paramLabel = "FILE",
      description = "Holds the words, or is the sheet; without it they are asked for.")
  private @Nullable Path words;

  @Option(
      names = "--new-password-file",
      paramLabel = "FILE",
      description = "Holds the new password; without it the password is asked for.")
  private @Nullable Path newPassword;

  @Option(
      names = "--keep-devices",
      description = "Do not remove the account's other devices. For words that nobody has seen.")
  private boolean keepDevices;

  @Option(
      names = "--accept-loss",
      description =
          "Go on if the words open an older state of the account alone, as a stolen device has"
              + " locked them out of the newest. What was stored since is lost.")
  private boolean acceptLoss;

  @Option(
      names = "--rehearse",
      description =
          "Change nothing: see whether the words, or the account key, are those of the account that"
              + " is logged in here.")
  private boolean rehearse;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description =
          "With --rehearse: holds the account key, which is checked in place of the words.")
  private @Nullable Path accountKey;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What to call this device among yours; the machine's name if not given.")
  private @Nullable String deviceName;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  @Mixin private SheetOptions sheet = new SheetOptions();

  public RecoverCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    if (rehearse) {
      rehearse();
    } else {
      recover();
    }
    return 0;
  }

  private void rehearse() throws Problem, IOException {
    boolean typed = accountKey == null && PasswordInput.isTyped(words);
    var _ = Attempts.of(typed, context.terminal(), this::rehearsed);
  }

  /** Also tells of it. */
  private JsonNode rehearsed() throws Problem, IOException {
    if (accountKey != null && words != null) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "Give --words-file or --key-file, not both; a sheet holds words and key.");
    }
    boolean byKey = accountKey != null;
    JsonNode done;
    boolean whole = false;
    try (Secret text =
        byKey ? PasswordInput.accountKey(accountKey) : PasswordInput.recoveryWords(words)) {
      Map<String, Object> wish = new LinkedHashMap<>();
      wish.put(byKey ? "accountKey" : "words", text.bytes());
      whole = !byKey && isSheetOfThisAccount(text, wish);
      done = context.agent().post("/account/rehearse", wish);
    }
    if (byKey) {
      tell(done, "The account key is right; the recovery words were not checked.");
    } else {
      tell(
          done,
          whole
              ? "Right: with this sheet you would come back. Put it away again."
              : "Right: with these words you would come back.");
    }
    return done;
  }

  /**
   * Whether what holds the words is a whole sheet, all of which has to be right then.
   *
   * @param wish takes the account key that is on it
   */
  private boolean isSheetOfThisAccount(Secret text, Map<String, Object> wish)
      throws Problem, IOException {
    String sheetUser = SheetFile.orOnSheet(null, text, SheetPage.USER);
    String sheetServer = SheetFile.orOnSheet(null, text, SheetPage.SERVER);
    if (sheetUser == null || sheetServer == null) {
      return false;
    }
    JsonNode account = context.agent().get("/account");
    requireSame("user name", sheetUser.strip(), account.path("user").asText());
    String here = account.path("server").asText();
    requireSame("server", keyOf(sheetServer.strip()), keyOf(here));
    if (!sheetServer.strip().equals(here)) {
      context
          .terminal()
          .warn(
              "The sheet leads to the server at "
                  + ForeignText.visible(sheetServer.strip())
                  + ", and this device to "
                  + here
                  + ": see that the sheet's address is right.");
    }
    wish.put("accountKey", text.bytes());
    return true;
  }

  /** What a server is known by, wherever it is. */
  private static String keyOf(String server) {
    try {
      return ConnectionString.parse(server).fingerprint().map(Object::toString).orElse(server);
    } catch (IllegalArgumentException e) {
      return server;
    }
  }

  private static void requireSame(String what, String sheet, String here) throws Problem {
    if (!sheet.equals(here)) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "The sheet's "
              + what
              + " is '"
              + ForeignText.visible(sheet)
              + "', and that of this account is '"
              + here
              + "'. With this sheet you would not come back.");
    }
  }

  private void recover() throws Problem, IOException {
    sheet.check();
    AccountOptions.requireNobody(context);
    String name;
    JsonNode prepared;
    try (Secret file = words == null ? null : PasswordInput.recoveryWords(words)) {
      name = AccountOptions.userName(SheetFile.orOnSheet(user, file, SheetPage.USER));
      ConnectionString address =
          ServerChoice.trusted(context.home(), SheetFile.orOnSheet(server, file, SheetPage.SERVER));
      prepared =
          Attempts.of(
              PasswordInput.isTyped(words), context.terminal(), () -> prepare(name, address, file));
    }
    try (Secret text = Secret.of(prepared.path("sheet").binaryValue())) {
      sheet.keep(context.terminal(), text);
    }
    JsonNode done;
    try {
      done =
          context
              .agent()
              .post(
                  "/account/recover/confirm",
                  Map.of("registration", prepared.path("registration").asText()));
    } catch (Problem e) {
      throw new Problem(
          e.kind(),
          e.getMessage()
              + (e.kind() == Problem.Kind.UNAVAILABLE
                  ? " Whether the account has the new sheet is not known: keep both, and use"
                      + " 'anoncloud recover' again, first with the new one."
                  : " The new sheet is void; the old one counts."),
          e);
    }
    tell(
        done,
        "You are logged in as "
            + name
            + " again, with the new password."
            + (keepDevices ? "" : " All other devices were removed.")
            + " The old sheet is void: destroy it.");
    if (!json) {
      done.path("notes").forEach(note -> context.terminal().print(note.asText()));
      sheet.advice().ifPresent(context.terminal()::print);
    }
  }

  /**
   * @param file what the words' file holds, if there is one; stays the caller's
   */
  private JsonNode prepare(String name, ConnectionString address, @Nullable Secret file)
      throws Problem, IOException {
    try (Secret text = file == null ? PasswordInput.recoveryWords(null) : file.copy();
        Secret password =
            PasswordInput.fresh(
                context.terminal(), "New password: ", newPassword, "--new-password-file")) {
      Map<String, Object> wish = new LinkedHashMap<>();
      wish.put("server", address.toString());
      wish.put("user", name);
      wish.put("words", text.bytes());
      wish.put("password", password.bytes());
      wish.put("keepDevices", keepDevices);
      wish.put("acceptLoss", acceptLoss);
      wish.put("deviceName", deviceName);
      return context.agent().post("/account/recover", wish);
    }
  }

  private void tell(JsonNode done, String text) {
    if (json) {
      context.terminal().printJson(done);
    } else {
      context.terminal().print(text);
    }
  }
}
