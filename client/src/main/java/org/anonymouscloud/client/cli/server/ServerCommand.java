package org.anonymouscloud.client.cli.server;

import java.io.IOException;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.context.Ending;
import org.anonymouscloud.client.cli.plugin.TriedPlugins;
import org.anonymouscloud.core.crypto.BulkProvider;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.release.Plugins;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.Server;
import org.anonymouscloud.core.server.ServerOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code anoncloud server}. */
@Command(
    name = "server",
    mixinStandardHelpOptions = true,
    description = {
      "Run a server until it is asked to end.",
      "Each setting may also be a variable of the environment, like ANONCLOUD_MAX_USERS, or a line"
          + " of the settings file, like 'max-users = 30'. The command line comes first, then the"
          + " environment, then the file."
    })
public final class ServerCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private DatabaseOptions place;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where to accept clients (127.0.0.1:7420).")
  private @Nullable String listen;

  @Option(
      names = "--public-address",
      paramLabel = "HOST[:PORT]",
      description =
          "Where clients reach the server, for the connection string (as --listen, or this"
              + " machine's name).")
  private @Nullable String publicAddress;

  @Option(
      names = "--max-users",
      paramLabel = "N",
      description = "Accounts that are logged in at once (no limit).")
  private @Nullable String maxUsers;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "Connections at once, logged in or not (12000; 100 with --isolation process).")
  private @Nullable String maxConnections;

  @Option(
      names = "--max-connections-per-network",
      paramLabel = "N",
      description =
          "Connections at once from one network, 24 bits of an IPv4 address or 56 of an IPv6"
              + " address (256; 50 with --isolation process); this machine has no such limit.")
  private @Nullable String maxConnectionsPerNetwork;

  @Option(
      names = "--registration",
      paramLabel = "WHO",
      description = "open, invite or closed: who can make an account (open).")
  private @Nullable String registration;

  @Option(
      names = "--quota",
      paramLabel = "SIZE",
      description = "Space of each new account, like 500M or 20G (no limit).")
  private @Nullable String quota;

  @Option(
      names = "--metrics",
      paramLabel = "HOST:PORT",
      description =
          "Where to tell /health and, for Prometheus, /metrics; without a login, so on an address"
              + " of this machine (nowhere).")
  private @Nullable String metrics;

  @Option(
      names = "--isolation",
      paramLabel = "HOW",
      description =
          "thread, or process for a process of its own for each connection, which takes far more"
              + " memory (thread).")
  private @Nullable String isolation;

  @Option(
      names = "--spare-workers",
      paramLabel = "N",
      description = "With --isolation process: processes that wait for the next client (2).")
  private @Nullable String spareWorkers;

  @Mixin private TriedPlugins tried;

  @Option(
      names = "--check",
      description =
          "Only say what the settings are, where each comes from, and whether a server could start"
              + " with them. Changes nothing.")
  private boolean check;

  public ServerCommand(Context context) {
    this.context = context;
    this.place = new DatabaseOptions();
    this.tried = new TriedPlugins();
  }

  @Override
  public Integer call() throws Problem, IOException, InterruptedException, CannotStart {
    ServerSettings settings = place.settings(context, flags());
    for (String name : ServerSettings.unknownVariables(context.environment())) {
      context.terminal().warn("There is no setting for the variable " + name + ". Is it misspelt?");
    }
    settings.requireUseOfDatabaseUrl();
    if (!tried.isEmpty() && settings.options().workers().isPresent()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "With 'isolation = process' each worker loads the installed plugins by itself: install"
              + " the plugin, or try it with --isolation thread.");
    }
    Plugins unsigned = tried.find(context.terminal());
    if (check) {
      new ServerCheck(context, settings, unsigned).run();
      return 0;
    }
    ServerOptions options = settings.options();
    try (Ending ending = Ending.onSignal();
        Systemd systemd = Systemd.of(context);
        PluginHost plugins = ServerPlugins.load(context, options.data(), unsigned);
        Server server = start(options, settings.database(), plugins)) {
      ServerPlugins.tellDisabled(context, options.data());
      settings.warnOfOwnName(context.terminal());
      context.terminal().print("The server is ready: " + server.address());
      systemd.ready();
      BulkProvider.prepare();
      ending.await();
      systemd.stopping();
    }
    return 0;
  }

  private Map<ServerSetting, String> flags() {
    Map<ServerSetting, String> flags = new EnumMap<>(ServerSetting.class);
    flag(flags, ServerSetting.LISTEN, listen);
    flag(flags, ServerSetting.PUBLIC_ADDRESS, publicAddress);
    flag(flags, ServerSetting.MAX_USERS, maxUsers);
    flag(flags, ServerSetting.MAX_CONNECTIONS, maxConnections);
    flag(flags, ServerSetting.MAX_CONNECTIONS_PER_NETWORK, maxConnectionsPerNetwork);
    flag(flags, ServerSetting.REGISTRATION, registration);
    flag(flags, ServerSetting.QUOTA, quota);
    flag(flags, ServerSetting.METRICS, metrics);
    flag(flags, ServerSetting.ISOLATION, isolation);
    flag(flags, ServerSetting.SPARE_WORKERS, spareWorkers);
    return flags;
  }

  private static void flag(
      Map<ServerSetting, String> flags, ServerSetting setting, @Nullable String given) {
    if (given != null) {
      flags.put(setting, given);
    }
  }

  /** Starts a server of these plugins. */
  public static Server start(ServerOptions options, String database, PluginHost plugins)
      throws Problem {
    Database kind = ServerPlugins.database(database, plugins);
    try {
      return Server.start(
          options, kind, plugins.serverFeatures(), plugins.switchedOff().size(), Clock.systemUTC());
    } catch (CannotStart e) {
      if (e.getCause() instanceof DatabaseUnavailable away) {
        throw away;
      }
      throw new Problem(Problem.Kind.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }
}
