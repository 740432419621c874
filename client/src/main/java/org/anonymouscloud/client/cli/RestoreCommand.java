package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.backup.BackupDamaged;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.backup.Restore;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin restore}. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = {
      "Bring a backup back where no server is, on either kind of database.",
      "The backup is checked first, and nothing that is there is overwritten. A restore that is cut"
          + " off begins again when the command is repeated. Devices that saw a newer state than"
          + " the backup's take the old one for a rollback and refuse it."
    })
final class RestoreCommand implements Callable<Integer> {
  private final Commands.Context context;

  @Mixin private DatabaseOptions options;

  @Parameters(paramLabel = "FOLDER", description = "The backup.")
  private Path folder = Path.of("");

  @Option(
      names = "--database",
      paramLabel = "KIND",
      description = "What the server shall use: sqlite, or postgres with --database-url (sqlite).")
  private @Nullable String database;

  RestoreCommand(Commands.Context context) {
    this.context = context;
    this.options = new DatabaseOptions();
  }

  @Override
  public Integer call() throws Problem, IOException, CannotStart, BackupDamaged {
    String kind = options.database(database, context);
    Restore.Restored restored;
    try (PluginHost plugins = ServerCommand.plugins(context, options.data(context));
        DataFolder data = DataFolder.open(options.data(context), false);
        OpenDatabase open =
            DatabaseOptions.kind(kind, plugins).openAlone(options.settings(kind, context));
        Terminal.Progress progress = context.terminal().progress("restore", -1)) {
      Holdings holdings = Holdings.of(plugins.serverFeatures());
      restored = Restore.run(folder, data.path(), open, holdings, progress::step);
    } catch (FileAlreadyExistsException e) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "There is a server's data already: " + e.getFile() + ". Nothing was changed.",
          e);
    }
    context
        .terminal()
        .print("Restored " + BackupCommand.describe(restored.content()) + " from " + folder + ".");
    if (!restored.withKeys()) {
      context
          .terminal()
          .warn(
              "The backup holds no keys: put server.key and server.secrets into the data folder"
                  + " before the server is started.");
    }
    return 0;
  }
}
