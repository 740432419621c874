package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.anonymouscloud.core.server.KeyFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code anoncloud admin rotate-secrets}. */
@Command(
    name = "rotate-secrets",
    mixinStandardHelpOptions = true,
    description = {
      "Begin a new generation of the secrets that passwords are checked with, in server.secrets.",
      "Stop the server first. New accounts and changed passwords use the new generation; an older"
          + " one stays in the file until no account uses it. Servers that share a database need"
          + " the new file before one of them is started again. Then make a new backup."
    })
final class RotateSecretsCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private ServerDatabase server = new ServerDatabase();

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  RotateSecretsCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    Path data = server.data(context);
    List<String> kept;
    try (DataFolder alone = DataFolder.open(data, false)) {
      if (!yes
          && !StandardTerminal.confirmed(
              "Begin new secrets? The keys in earlier backups are not enough for passwords that are"
                  + " set from now on: another backup with --keys is needed afterwards.")) {
        throw new Problem(Problem.Kind.REFUSED, "Nothing was changed.");
      }
      kept =
          server.use(
              context,
              administration -> administration.rotateSecrets(KeyFiles.secrets(alone.path())));
    } catch (CannotStart e) {
      throw new Problem(Problem.Kind.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
    context
        .terminal()
        .print(
            "New passwords are registered with generation "
                + kept.getLast()
                + " from the server's next start on; "
                + (kept.size() - 1)
                + " older kept.");
    return 0;
  }
}
