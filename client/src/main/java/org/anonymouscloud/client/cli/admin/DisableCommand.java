package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin disable}. */
@Command(
    name = "disable",
    mixinStandardHelpOptions = true,
    description =
        "Keep an account from logging in; its sessions end within a second. Nothing of it is lost.")
final class DisableCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private ServerDatabase server = new ServerDatabase();

  @Parameters(paramLabel = "NAME", description = "The user name.")
  private String name = "";

  DisableCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    UserName user = ServerDatabase.user(name);
    if (!server.use(context, administration -> administration.setActive(user, false))) {
      throw ServerDatabase.nobody(user);
    }
    context.terminal().print(user + " is disabled.");
    return 0;
  }
}
