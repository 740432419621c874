package org.anonymouscloud.client.cli.server;

import java.io.IOException;
import java.nio.file.Path;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.plugin.Distribution;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.release.PluginFolder;
import org.anonymouscloud.core.release.Plugins;

/** The plugins that a server is made of. Stateless. */
public final class ServerPlugins {
  private ServerPlugins() {}

  /** Loads what a server needs of the program's plugins and of those installed in its folder. */
  public static PluginHost load(Context context, Path data) throws Problem, IOException {
    return load(context, data, Plugins.none());
  }

  /** As {@link #load(Context, Path)}, with plugins that are tried. */
  public static PluginHost load(Context context, Path data, Plugins tried)
      throws Problem, IOException {
    return Distribution.plugins(
        context.terminal(), installed(data), tried, Capability.SERVER_FEATURE, Capability.DATABASE);
  }

  /** Names the plugins that the owner has switched off, which is easily forgotten. */
  static void tellDisabled(Context context, Path data) throws IOException {
    for (String off : installed(data).disabled()) {
      context
          .terminal()
          .warn(
              "The plugin "
                  + off
                  + " is switched off, as the owner wished; 'anoncloud admin plugins enable "
                  + off
                  + "' brings it back at the next start.");
    }
  }

  /** What is installed for a server. */
  public static PluginFolder installed(Path data) {
    return new PluginFolder(data.resolve("plugins"));
  }

  /** The kind of database with a name. */
  public static Database database(String name, PluginHost plugins) throws Problem {
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
