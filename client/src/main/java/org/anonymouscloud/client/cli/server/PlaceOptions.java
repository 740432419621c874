package org.anonymouscloud.client.cli.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where a server's data is; the same options for each command that asks. Which kind of database it
 * is, {@link DatabaseOptions} asks besides.
 */
public class PlaceOptions {
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
  public final ServerSettings settings(Context context) throws Problem {
    return settings(context, Map.of());
  }

  /**
   * All settings of that server.
   *
   * @param more that the command line has given
   */
  public ServerSettings settings(Context context, Map<ServerSetting, String> more) throws Problem {
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

  /**
   * What a command about the same server must be given too, after a blank; nothing if nothing was
   * given. An address of a database is left out: there may be a password in it.
   */
  public String again() {
    return (data == null ? "" : " --data " + typed(data))
        + (config == null ? "" : " --config " + typed(config));
  }

  /** To be typed into a shell. */
  private static String typed(Path path) {
    String text = path.toString();
    return text.matches("[\\p{L}\\p{N}/._-]+") ? text : '"' + text + '"';
  }

  /** The data folder, whether it is there or not. */
  public final Path data(Context context) throws Problem {
    return settings(context).data();
  }

  /** The data folder of a server that has run. */
  public final Path existingData(Context context) throws Problem {
    Path folder = data(context);
    if (!Files.isDirectory(folder)) {
      throw noServer(folder);
    }
    requireOwn(folder);
    return folder;
  }

  /** Nothing of a server is there. Most often another folder was meant. */
  public static Problem noServer(Path folder) {
    return new Problem(
        Problem.Kind.NOT_FOUND,
        "No server has run on the folder "
            + folder
            + ". Name the server's data folder with --data, or the folder that has it as 'server'"
            + " in ANONCLOUD_HOME.");
  }

  /** Refuses a data folder of another user before anything in it is touched. */
  public static void requireOwn(Path data) throws Problem {
    try {
      DataFolder.checkOwner(data);
    } catch (CannotStart e) {
      throw new Problem(Problem.Kind.FORBIDDEN, String.valueOf(e.getMessage()), e);
    }
  }

  /** Where a database of this kind is. The address is for a kind that has one. */
  public final DatabaseSettings settings(String kind, Context context) throws Problem {
    ServerSettings settings = settings(context);
    return new DatabaseSettings(
        settings.data(), kind.equals("sqlite") ? Optional.empty() : settings.databaseUrl());
  }
}
