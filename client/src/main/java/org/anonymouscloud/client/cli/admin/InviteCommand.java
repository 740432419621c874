package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.Invite;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.plugin.TypedText;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin invite}, and {@code list} and {@code revoke} below it. */
@Command(
    name = "invite",
    mixinStandardHelpOptions = true,
    description = {
      "Make a code with which one person can make an account, and print it.",
      "For servers that run with --registration invite. Give the code to nobody but that person:"
          + " whoever has it can use it, once."
    })
final class InviteCommand implements Callable<Integer> {
  private static final Pattern TIME = Pattern.compile("([1-9]\\d{0,4})([dhm])");

  private final Context context;

  @Mixin private ServerDatabase server = new ServerDatabase();

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description = "How long it can be used, like 30m, 12h or 7d (7d).")
  private String expires = "7d";

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  private InviteCommand(Context context) {
    this.context = context;
  }

  /** The command with its subcommands. */
  static CommandLine line(Context context) {
    return new CommandLine(new InviteCommand(context))
        .addSubcommand(new ListThem(context))
        .addSubcommand(new Revoke(context));
  }

  @Override
  public Integer call() throws Problem, IOException {
    Duration validFor = time(new TypedText("--expires", expires));
    if (server.registration(context) == Registration.CLOSED) {
      context
          .terminal()
          .warn(
              "Registration is closed, so nobody can use this code until the server runs with"
                  + " registration = invite.");
    }
    InviteCode code = InviteCode.random();
    Invite invite = server.use(context, administration -> administration.invite(code, validFor));
    if (json) {
      Map<String, Object> document = describe(invite);
      document.put("code", code.text());
      context.terminal().printJson(document);
    } else {
      context.terminal().print(code.text());
      // Beside the code, which alone is what a script reads.
      context
          .terminal()
          .warn(
              "'anoncloud admin invite revoke "
                  + invite.id()
                  + server.again()
                  + "' takes it back, until "
                  + ShownTime.of(invite.expires())
                  + ".");
    }
    return 0;
  }

  /** A time as people write it. */
  private static Duration time(TypedText typed) throws Problem {
    Matcher parts = TIME.matcher(typed.text().strip());
    if (!parts.matches()) {
      throw typed.refused("a time like 30m, 12h or 7d");
    }
    long count = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "d" -> Duration.ofDays(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofMinutes(count);
    };
  }

  private static Map<String, Object> describe(Invite invite) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("id", invite.id());
    document.put("expires", invite.expires().toString());
    return document;
  }

  /** {@code anoncloud admin invite list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Show the invitations that can still be used, by their ids.")
  private static final class ListThem implements Callable<Integer> {
    private final Context context;

    @Mixin private ServerDatabase server = new ServerDatabase();

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    ListThem(Context context) {
      this.context = context;
    }

    @Override
    public Integer call() throws Problem, IOException {
      List<Invite> invites = server.use(context, administration -> administration.invites());
      if (json) {
        context.terminal().printJson(invites.stream().map(InviteCommand::describe).toList());
      } else {
        invites.forEach(
            invite ->
                context
                    .terminal()
                    .print(invite.id() + "  until " + ShownTime.of(invite.expires())));
      }
      return 0;
    }
  }

  /** {@code anoncloud admin invite revoke}. */
  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "Take an invitation back.")
  private static final class Revoke implements Callable<Integer> {
    private final Context context;

    @Mixin private ServerDatabase server = new ServerDatabase();

    @Parameters(paramLabel = "ID", description = "As 'invite list' shows it.")
    private String id = "";

    Revoke(Context context) {
      this.context = context;
    }

    @Override
    public Integer call() throws Problem, IOException {
      boolean found = server.use(context, administration -> administration.revokeInvite(id));
      if (!found) {
        throw new Problem(
            Problem.Kind.NOT_FOUND,
            "There is no invitation " + id + "; it may have been used or have expired.");
      }
      context.terminal().print("The invitation " + id + " is worth nothing any more.");
      return 0;
    }
  }
}
