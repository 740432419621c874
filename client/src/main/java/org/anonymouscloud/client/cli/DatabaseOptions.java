package org.anonymouscloud.client.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server's data a command is about; the same options as those of the server. */
final class DatabaseOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The server's data folder; 'server' in the state folder if not given.")
  private @Nullable Path data;

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description =
          "postgresql://user@host:port/name. With a password in it, other users of this machine"
              + " see it; the environment's ANONCLOUD_DATABASE_URL is not shown to them.")
  private @Nullable String databaseUrl;

  /** The data folder, whether it is there or not. */
  Path data(Commands.Context context) {
    return data == null ? context.home().server() : data;
  }

  /** The data folder of a server that has run. */
  Path existingData(Commands.Context context) throws Problem {
    Path folder = data(context);
    if (!Files.isDirectory(folder)) {
      throw new Problem(Problem.Kind.NOT_FOUND, "No server has run on the folder " + folder + ".");
    }
    return folder;
  }

  Optional<String> url(Commands.Context context) {
    return Optional.ofNullable(databaseUrl).or(() -> context.environment("ANONCLOUD_DATABASE_URL"));
  }

  /** Where a database of this kind is. The address is for a kind that has one. */
  DatabaseSettings settings(String kind, Commands.Context context) {
    return new DatabaseSettings(
        data(context), kind.equals("sqlite") ? Optional.empty() : url(context));
  }

  static Database kind(String name, PluginHost plugins) throws Problem {
    return plugins
        .database(name)
        .orElseThrow(
            () ->
                new Problem(
                    Problem.Kind.BAD_INPUT,
                    "No plugin that is switched on offers a kind of database named '"
                        + name
                        + "'."));
  }
}
