package org.anonymouscloud.client.cli.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud contact ...}. */
@Command(
    name = "contact",
    mixinStandardHelpOptions = true,
    description =
        "Other people on the server, and whether they are who they say they are."
            + " Alone it lists them.")
public final class ContactCommand implements Callable<Integer> {
  private static final String NAME = "NAME";
  private static final String WHO = "Their user name.";
  private static final String JSON = "One JSON document.";

  /** Characters in four groups of five digits and the blanks between them. */
  private static final int LINE = 4 * 6 - 1;

  private final Context context;

  @Option(names = "--json", description = JSON)
  private boolean json;

  public ContactCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    return list(json);
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the contacts of this account.")
  int list(@Option(names = "--json", description = JSON) boolean asJson)
      throws Problem, IOException {
    JsonNode answer = context.agent().get("/contacts");
    if (asJson) {
      context.terminal().printJson(answer);
      return 0;
    }
    for (JsonNode contact : answer.path("contacts")) {
      context.terminal().print(contact.path("name").asText() + "  " + trust(contact));
    }
    if (answer.path("contacts").isEmpty()) {
      context.terminal().print("No contacts yet; 'anoncloud contact add NAME' makes one.");
    }
    return 0;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = {
        "Show who a name is, and the safety number.",
        "Their device shows the same for your name, unless somebody stands in between."
      })
  int show(
      @Parameters(paramLabel = NAME, description = WHO) String name,
      @Option(names = "--json", description = JSON) boolean json)
      throws Problem, IOException {
    JsonNode contact = look(user(name));
    if (json) {
      context.terminal().printJson(contact);
      return 0;
    }
    String number = contact.path("safetyNumber").asText();
    context.terminal().print(contact.path("name").asText() + "  " + trust(contact));
    context.terminal().print("\n" + lines(number) + "\n");
    if (StandardTerminal.person().isPresent()) {
      QrCode.of(number.replace(" ", "")).draw(context.terminal());
    }
    return 0;
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = {
        "Make somebody a contact.",
        "From then on your devices notice if the server shows another account in their place."
      })
  int add(
      @Parameters(paramLabel = NAME, description = WHO) String name,
      @Option(names = "--yes", description = "Do not ask.") boolean yes,
      @Option(names = "--json", description = JSON) boolean json)
      throws Problem, IOException {
    UserName user = user(name);
    JsonNode seen = look(user);
    String number = seen.path("safetyNumber").asText();
    boolean known = !seen.path("trust").asText().equals("new");
    if (!known && !yes && !StandardTerminal.confirmed(question(user, number, "Add them?"))) {
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
    tell(
        known ? seen : put(user, "accepted", number),
        json,
        "'"
            + user
            + (known
                ? "' is a contact already."
                : "' is a contact now. Compare the safety number when you can: 'anoncloud contact"
                    + " verify "
                    + user
                    + "'."));
    return 0;
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Compare the safety number with the one that the other person's device shows.",
        "Side by side or on the phone; if it is the same, nobody stands between you."
      })
  int verify(
      @Parameters(paramLabel = NAME, description = WHO) String name,
      @Option(
              names = "--number",
              paramLabel = "DIGITS",
              description =
                  "The 60 digits on the other device; without it you are asked whether they are the"
                      + " same.")
          @Nullable String typed,
      @Option(names = "--json", description = JSON) boolean json)
      throws Problem, IOException {
    UserName user = user(name);
    String number = typed == null ? compared(user) : typed;
    tell(put(user, "verified", number), json, "'" + user + "' is verified.");
    return 0;
  }

  /** The number that a person has compared on a terminal. */
  private String compared(UserName user) throws Problem, IOException {
    if (StandardTerminal.person().isEmpty()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "There is no terminal to ask on; give --number with the digits on the other device.");
    }
    String number = look(user).path("safetyNumber").asText();
    String question = question(user, number, "Does the device of '" + user + "' show the same?");
    if (!StandardTerminal.confirmed(question)) {
      throw new Problem(
          Problem.Kind.SECURITY,
          "'"
              + user
              + "' stays as it was before. If the numbers differ, somebody stands between you:"
              + " share nothing with them, and use 'anoncloud contact remove "
              + user
              + "' if they were verified.");
    }
    return number;
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = {
        "Forget a contact, on all devices of this account.",
        "Whoever has the name is new to you from then on, also if the number was compared."
      })
  int remove(
      @Parameters(paramLabel = NAME, description = WHO) String name,
      @Option(names = "--yes", description = "Do not ask, which is done of who is verified.")
          boolean yes,
      @Option(names = "--json", description = JSON) boolean json)
      throws Problem, IOException {
    UserName user = user(name);
    if (!yes && isVerified(user) && !StandardTerminal.confirmed(forgetting(user))) {
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
    tell(context.agent().delete(path(user)), json, "'" + user + "' is no longer a contact.");
    return 0;
  }

  /** As this device knows it: who the server shows in their place must not keep them here. */
  private boolean isVerified(UserName user) throws Problem, IOException {
    for (JsonNode contact : context.agent().get("/contacts").path("contacts")) {
      if (contact.path("name").asText().equals(user.text())) {
        return contact.path("trust").asText().equals("verified");
      }
    }
    return false;
  }

  private static String forgetting(UserName user) {
    return "You have compared the safety number with '"
        + user
        + "', which is forgotten too. Remove them?";
  }

  private JsonNode look(UserName user) throws Problem, IOException {
    return context.agent().get(path(user));
  }

  private JsonNode put(UserName user, String trust, String number) throws Problem, IOException {
    return context.agent().put(path(user), Map.of("trust", trust, "safetyNumber", number));
  }

  private void tell(JsonNode answer, boolean json, String text) {
    if (json) {
      context.terminal().printJson(answer);
    } else {
      context.terminal().print(text);
    }
  }

  private static UserName user(String typed) throws Problem {
    try {
      return UserName.parse(typed);
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, String.valueOf(e.getMessage()), e);
    }
  }

  /** No name has a character that this and a path encode differently. */
  private static String path(UserName user) {
    return "/contacts/" + URLEncoder.encode(user.text(), UTF_8);
  }

  private static String trust(JsonNode contact) {
    String trust = contact.path("trust").asText();
    return switch (trust) {
      case "new" -> "not a contact yet";
      case "disputed" ->
          "disputed: your devices were shown different people; remove the contact and add it again";
      default -> trust;
    };
  }

  private static String question(UserName user, String number, String question) {
    return "The safety number between you and '"
        + user
        + "':\n\n"
        + lines(number)
        + "\n\n"
        + question;
  }

  /** Three lines of four groups. */
  private static String lines(String number) {
    StringBuilder lines = new StringBuilder();
    for (int at = 0; at < number.length(); at += LINE + 1) {
      lines.append(at == 0 ? "    " : "\n    ");
      lines.append(number, at, Math.min(at + LINE, number.length()));
    }
    return lines.toString();
  }
}
