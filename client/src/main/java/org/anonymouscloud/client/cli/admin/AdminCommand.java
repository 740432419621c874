package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.nio.file.Path;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.plugin.PluginsCommand;
import org.anonymouscloud.client.cli.server.PlaceOptions;
import org.anonymouscloud.client.cli.server.ServerSettings;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.FolderId;
import org.anonymouscloud.core.server.Server;
import org.anonymouscloud.core.server.ServerOptions;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code anoncloud admin ...}, for the server's owner on the server's machine. */
@Command(
    name = "admin",
    mixinStandardHelpOptions = true,
    description = "What the server's owner does on the server's machine.")
public final class AdminCommand {
  private final Context context;

  private AdminCommand(Context context) {
    this.context = context;
  }

  /** The command with all of its subcommands. */
  public static CommandLine line(Context context) {
    return new CommandLine(new AdminCommand(context))
        .addSubcommand(new MigrateDatabaseCommand(context))
        .addSubcommand(new BackupCommand(context))
        .addSubcommand(new RestoreCommand(context))
        .addSubcommand(new VerifyServerCommand(context))
        .addSubcommand(new DropDataCommand(context))
        .addSubcommand(new MovedCommand(context))
        .addSubcommand(new RotateSecretsCommand(context))
        .addSubcommand(new NewKeysCommand(context))
        .addSubcommand(InviteCommand.line(context))
        .addSubcommand(new AccountsCommand(context))
        .addSubcommand(new QuotaCommand(context))
        .addSubcommand(new DisableCommand(context))
        .addSubcommand(new EnableCommand(context))
        .addSubcommand(new DeleteAccountCommand(context))
        .addSubcommand(
            PluginsCommand.line(
                context,
                new ServerPluginPlace(context),
                "plugins",
                "The plugins of a server: the program's own, and those of others."));
  }

  @Command(
      name = "connection-string",
      mixinStandardHelpOptions = true,
      description = {
        "Print the connection string, which people need to register and log in.",
        "The settings 'public-address' and 'listen' say which host and port it names."
      })
  int connectionString(@Mixin PlaceOptions options) throws Problem, IOException, CannotStart {
    ServerSettings settings = options.settings(context);
    ServerOptions server = settings.options();
    if (server.publicAddress().isEmpty() && server.listen().port() == 0) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "The server listens on a port that the system chooses at each start, so only its ready"
              + " line knows the connection string. Give 'listen' a port, or set"
              + " 'public-address'.");
    }
    ConnectionString string =
        server.connectionString(server.listen().port(), existing(server.data()));
    if (server.publicAddress().isEmpty() && settings.listen().isEmpty()) {
      context
          .terminal()
          .warn(
              "No setting says where clients reach the server, so this is the address of a server"
                  + " that was told nothing. Put public-address into "
                  + settings.data().resolve(ServerSettings.FILE_NAME)
                  + ", or name the settings file with --config.");
    }
    settings.warnOfOwnName(context.terminal());
    context.terminal().print(string.toString());
    return 0;
  }

  @Command(
      name = "fingerprint",
      mixinStandardHelpOptions = true,
      description = "Print the fingerprint of the server's key, as connection strings carry it.")
  int fingerprint(@Mixin PlaceOptions options) throws Problem, IOException {
    context.terminal().print(existing(options.data(context)).toString());
    return 0;
  }

  private static Fingerprint existing(Path folder) throws Problem, IOException {
    return Server.fingerprint(folder)
        .orElseThrow(
            () ->
                FolderId.isTied(folder)
                    ? new Problem(
                        Problem.Kind.NOT_FOUND,
                        "The key of the server on "
                            + folder
                            + " is missing. Bring server.key back from the folder of 'admin backup"
                            + " --keys'. If it is lost for good, see 'anoncloud admin new-keys'.")
                    : PlaceOptions.noServer(folder));
  }
}
