package org.anonymouscloud.client.cli.admin;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.plugin.PluginPlace;
import org.anonymouscloud.client.cli.server.PlaceOptions;
import org.anonymouscloud.client.cli.server.ServerPlugins;
import org.anonymouscloud.client.cli.server.ServerSetting;
import org.anonymouscloud.client.cli.server.ServerSettings;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.release.PluginFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The plugins in a server's data folder. */
@Command
final class ServerPluginPlace implements PluginPlace {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "The server's data folder; 'server' in the state folder if not given.")
  private @Nullable Path data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "The file of settings, which may say where the data folder is; anoncloud.conf in the"
              + " data folder if not given.")
  private @Nullable Path config;

  private final Context context;

  ServerPluginPlace(Context context) {
    this.context = context;
  }

  @Override
  public PluginFolder plugins() throws Problem {
    Map<ServerSetting, String> flags =
        data == null ? Map.of() : Map.of(ServerSetting.DATA, data.toString());
    Path folder = ServerSettings.gather(context, flags, Optional.ofNullable(config)).data();
    PlaceOptions.requireOwn(folder);
    return ServerPlugins.installed(folder);
  }

  @Override
  public String effect() {
    return "This takes effect when the server starts again.";
  }

  @Override
  public String kept() {
    return "What it has stored stays, also in backups, but cannot be moved to another database or"
        + " be restored without it; 'anoncloud admin drop-data' deletes it for good. ";
  }
}
