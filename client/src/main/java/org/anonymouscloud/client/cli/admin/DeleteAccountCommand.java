package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description = {
      "Delete an account and all that it has stored. Nobody can bring it back.",
      "Drives that it pays for end for their other members too. The command says how many those are"
          + " before it asks; with --yes it says so and goes on. To keep such a drive, another"
          + " owner of it first takes over paying: 'anoncloud drive quota DRIVE --pay'.",
      "Its sessions end within a second and its name is free. Packs are cleared away by the server"
          + " within minutes, or when it next runs."
    })
final class DeleteAccountCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private ServerDatabase server = new ServerDatabase();

  @Parameters(paramLabel = "NAME", description = "The user name.")
  private String name = "";

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  DeleteAccountCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    UserName user = ServerDatabase.user(name);
    List<String> ends =
        server
            .use(context, administration -> administration.endsForOthers(user))
            .orElseThrow(() -> ServerDatabase.nobody(user));
    ends.forEach(context.terminal()::warn);
    if (!yes) {
      confirm(user);
    }
    if (!server.use(context, administration -> administration.delete(user))) {
      throw ServerDatabase.nobody(user);
    }
    context.terminal().print("The account " + user + " is deleted.");
    return 0;
  }

  private static void confirm(UserName user) throws Problem {
    String typed =
        StandardTerminal.ask("This deletes all of " + user.text() + ". Type the name once more:");
    if (!typed.equals(user.text())) {
      throw new Problem(
          Problem.Kind.REFUSED,
          "Nothing was deleted: '" + user.text() + "' is what had to be typed.");
    }
  }
}
