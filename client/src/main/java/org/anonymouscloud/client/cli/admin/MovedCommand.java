package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.server.DatabaseOptions;
import org.anonymouscloud.client.cli.server.ServerPlugins;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.anonymouscloud.core.server.FolderId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code anoncloud admin moved}. */
@Command(
    name = "moved",
    mixinStandardHelpOptions = true,
    description = {
      "Say that the data folder of a server on PostgreSQL was copied or moved here for good.",
      "All servers that use the database must be stopped. The folder that it had before is given"
          + " up: no server starts there any more, and what was stored there since is lost. A"
          + " server on SQLite needs none of this."
    })
final class MovedCommand implements Callable<Integer> {
  private static final String SQLITE = "sqlite";

  private final Context context;

  @Mixin private DatabaseOptions options = new DatabaseOptions();

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  MovedCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException, CannotStart {
    Path data = options.existingData(context);
    if (options.settings(context).database().equals(SQLITE)) {
      context
          .terminal()
          .print(
              "Nothing to do: the database of a server on SQLite lies in its data folder and goes"
                  + " where that goes.");
      return 0;
    }
    // A server on the other folder has the database open, and none can start before this is done.
    try (PluginHost plugins = ServerPlugins.load(context, data);
        DataFolder _ = DataFolder.open(data, false);
        OpenDatabase open = options.openAlone(plugins, context)) {
      if (!yes
          && !StandardTerminal.confirmed(
              "From now on the server's files are those in "
                  + data
                  + ", and no server starts on the folder that it had before. Is that gone for"
                  + " good?")) {
        throw new Problem(Problem.Kind.REFUSED, "Nothing was changed.");
      }
      FolderId.moved(data, open);
    }
    context.terminal().print("The server's data folder is " + data + " from now on.");
    return 0;
  }
}
