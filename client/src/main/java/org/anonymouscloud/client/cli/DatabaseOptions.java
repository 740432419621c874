package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.anonymouscloud.core.server.FolderId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server's data a command is about; the same options for each command that asks. */
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

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The file of settings; anoncloud.conf in the data folder, if there is one, is read if not"
              + " given.")
  private @Nullable Path config;

  /** All settings of that server. */
  ServerSettings settings(Context context) throws Problem {
    return settings(context, Map.of());
  }

  /**
   * All settings of that server.
   *
   * @param more that the command line has given
   */
  ServerSettings settings(Context context, Map<ServerSetting, String> more) throws Problem {
    Map<ServerSetting, String> flags = new EnumMap<>(ServerSetting.class);
    flags.putAll(more);
    if (data != null) {
      flags.put(ServerSetting.DATA, data.toString());
    }
    if (databaseUrl != null) {
      flags.put(ServerSetting.DATABASE_URL, databaseUrl);
    }
    return ServerSettings.gather(context, flags, Optional.ofNullable(config));
  }

  /** The data folder, whether it is there or not. */
  Path data(Context context) throws Problem {
    return settings(context).data();
  }

  /** The data folder of a server that has run. */
  Path existingData(Context context) throws Problem {
    Path folder = data(context);
    if (!Files.isDirectory(folder)) {
      throw noServer(folder);
    }
    requireOwn(folder);
    return folder;
  }

  /** Nothing of a server is there. Most often another folder was meant. */
  static Problem noServer(Path folder) {
    return new Problem(
        Problem.Kind.NOT_FOUND,
        "No server has run on the folder "
            + folder
            + ". Name the server's data folder with --data, or the folder that has it as 'server'"
            + " in ANONCLOUD_HOME.");
  }

  /** Refuses a data folder of another user before anything in it is touched. */
  static void requireOwn(Path data) throws Problem {
    try {
      DataFolder.checkOwner(data);
    } catch (CannotStart e) {
      throw new Problem(Problem.Kind.FORBIDDEN, String.valueOf(e.getMessage()), e);
    }
  }

  /** The kind of database: as the command line says, or else as the settings do. */
  String database(@Nullable String given, Context context) throws Problem {
    return given == null ? settings(context).database() : given;
  }

  /** Where a database of this kind is. The address is for a kind that has one. */
  DatabaseSettings settings(String kind, Context context) throws Problem {
    ServerSettings settings = settings(context);
    return new DatabaseSettings(
        settings.data(), kind.equals("sqlite") ? Optional.empty() : settings.databaseUrl());
  }

  /**
   * Opens the database of a server that has run. The caller closes it.
   *
   * @throws Problem if it is another server's, or the rows of this one have not been moved to it
   */
  OpenDatabase open(String kind, PluginHost plugins, Context context) throws Problem, IOException {
    Database chosen = kind(kind, plugins);
    DatabaseSettings where = settings(kind, context);
    if (!chosen.exists(where)) {
      // To open it would make one.
      throw noServer(where.folder());
    }
    OpenDatabase open = chosen.open(where);
    boolean own = false;
    try {
      FolderId.requireOwn(existingData(context), open);
      if (!open.<Boolean, RuntimeException>read(
          handle -> DatabaseState.hasTable(handle, "accounts"))) {
        throw noServer(where.folder());
      }
      own = true;
      return open;
    } catch (CannotStart e) {
      throw new Problem(Problem.Kind.CONFLICT, String.valueOf(e.getMessage()), e);
    } finally {
      if (!own) {
        open.close();
      }
    }
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
