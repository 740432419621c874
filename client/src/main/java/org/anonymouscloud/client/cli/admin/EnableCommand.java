package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin enable}. */
@Command(
    name = "enable",
    mixinStandardHelpOptions = true,
    description = "Let an account log in again.")
final class EnableCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private ServerDatabase server = new ServerDatabase();

  @Parameters(paramLabel = "NAME", description = "The user name.")
  private String name = "";

  EnableCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    UserName user = ServerDatabase.user(name);
    if (!server.use(context, administration -> administration.setActive(user, true))) {
      throw ServerDatabase.nobody(user);
    }
    context.terminal().print(user + " may log in.");
    return 0;
  }
}
