package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which server a command of its owner is about; the server may be running. */
final class ServerDatabase {
  @Mixin private DatabaseOptions options = new DatabaseOptions();

  @Option(
      names = "--database",
      paramLabel = "KIND",
      description = "What the server uses: sqlite, or postgres with --database-url (sqlite).")
  private String database = "sqlite";

  /** What is done with the open database. */
  interface Work<T> {
    T with(OpenDatabase database, PluginHost plugins) throws Problem, IOException;
  }

  /** The data folder of a server that has run. */
  Path data(Commands.Context context) throws Problem {
    return options.existingData(context);
  }

  /** Opens the database, beside the servers that use it, for as long as the work takes. */
  <T> T use(Commands.Context context, Work<T> work) throws Problem, IOException {
    try (PluginHost plugins = ServerCommand.plugins(context, data(context));
        OpenDatabase open =
            DatabaseOptions.kind(database, plugins).open(options.settings(database, context))) {
      return work.with(open, plugins);
    }
  }
}
