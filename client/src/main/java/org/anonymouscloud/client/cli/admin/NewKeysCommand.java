package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.account.server.password.ServerSecrets;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.anonymouscloud.core.server.KeyFiles;
import org.anonymouscloud.core.session.server.ServerKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code anoncloud admin new-keys}. */
@Command(
    name = "new-keys",
    mixinStandardHelpOptions = true,
    description = {
      "Make server.key or server.secrets anew where it is lost for good, and in no backup.",
      "Stop the server first. With a new server.key the server has another connection string:"
          + " everybody logs out and logs in with that. With new server.secrets no password counts"
          + " any more: people set a new one on a device that is logged in ('password change'), or"
          + " with their recovery words ('recover'). A file that is there stays as it is."
    })
final class NewKeysCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private ServerDatabase server = new ServerDatabase();

  @Option(names = "--yes", description = "Do not ask back.")
  private boolean yes;

  NewKeysCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    try (DataFolder alone = DataFolder.open(server.data(context), false)) {
      Path key = KeyFiles.key(alone.path());
      Path secrets = KeyFiles.secrets(alone.path());
      List<String> missing = new ArrayList<>();
      for (Path file : List.of(key, secrets)) {
        if (Files.notExists(file)) {
          missing.add(String.valueOf(file.getFileName()));
        }
      }
      if (missing.isEmpty()) {
        throw new Problem(
            Problem.Kind.CONFLICT,
            "Both files are in " + alone.path() + "; move away the one that is not the server's.");
      }
      if (!yes
          && !StandardTerminal.confirmed(
              "Make "
                  + String.join(" and ", missing)
                  + " anew? 'admin new-keys --help' says what that means for everybody here.")) {
        throw new Problem(Problem.Kind.REFUSED, "Nothing was changed.");
      }
      make(key, secrets);
      context.terminal().print("Made: " + String.join(", ", missing) + ".");
    } catch (CannotStart e) {
      throw new Problem(Problem.Kind.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
    return 0;
  }

  private void make(Path key, Path secrets) throws Problem, IOException {
    if (Files.notExists(secrets)) {
      var _ =
          server.use(
              context,
              administration -> {
                administration.losePasswords();
                return true;
              });
      ServerSecrets.open(secrets).close();
    }
    if (Files.notExists(key)) {
      var _ =
          server.use(
              context,
              administration -> {
                administration.loseServerKey();
                return true;
              });
      ServerKey.open(key).close();
    }
  }
}
