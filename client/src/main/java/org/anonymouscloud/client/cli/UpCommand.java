package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.agent.Agent;
import org.anonymouscloud.client.cli.account.ServerChoice;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.context.Ending;
import org.anonymouscloud.client.cli.context.ProgramVersion;
import org.anonymouscloud.client.cli.plugin.Distribution;
import org.anonymouscloud.client.cli.plugin.TriedPlugins;
import org.anonymouscloud.client.cli.server.ServerCommand;
import org.anonymouscloud.client.cli.server.ServerPlugins;
import org.anonymouscloud.client.cli.server.ServerSetting;
import org.anonymouscloud.client.cli.server.ServerSettings;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.release.Plugins;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.ListenAddress;
import org.anonymouscloud.core.server.Server;
import org.anonymouscloud.core.server.ServerOptions;
import org.anonymouscloud.core.session.ConnectionString;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code anoncloud up}: everything for one person on one machine. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Run a server on SQLite and the agent on this machine, until Ctrl-C.")
final class UpCommand implements Callable<Integer> {
  private final Context context;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description =
          "Where the server accepts clients: the same as last time, at first 127.0.0.1:7420.")
  private @Nullable String listen;

  @Mixin private TriedPlugins tried = new TriedPlugins();

  UpCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException, InterruptedException, CannotStart {
    requireAlone();
    ServerOptions options = options();
    Plugins unsigned = tried.find(context.terminal());
    try (Ending ending = Ending.onSignal();
        PluginHost plugins = ServerPlugins.load(context, options.data(), unsigned);
        PluginHost clientPlugins =
            Distribution.plugins(
                context.terminal(),
                context.plugins(),
                unsigned,
                plugins.switchedOff(),
                Capability.CLIENT_FEATURE);
        Server server = ServerCommand.start(options, "sqlite", plugins)) {
      // Its server is ours from now on; one that started by itself makes way.
      context.runningAgent().stop();
      try (Agent agent =
          Agent.start(
              context.home(),
              ProgramVersion.number(),
              clientPlugins.clientFeatures(),
              true,
              ending::ask)) {
        context.home().rememberLocalServer(server.address().toString());
        greet(server.address(), agent.url());
        ending.await();
      }
    }
    return 0;
  }

  /** A second one could not have the server's folder, and would only say that something has it. */
  private void requireAlone() throws Problem, IOException {
    if (context.runningAgent().find().isPresent()
        && context.agent().get("/agent").path("withServer").asBoolean()) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "'anoncloud up' runs here already: "
              + context.home().localServer().orElse("its server begins")
              + ". It keeps everything in "
              + context.home().folder()
              + "; with another folder in ANONCLOUD_HOME a second one runs beside it. 'anoncloud"
              + " agent stop --with-server' ends the one that runs.");
    }
  }

  private void greet(ConnectionString server, String agent) {
    Terminal terminal = context.terminal();
    terminal.print("Server and agent are ready: " + server);
    terminal.print("The agent's API is at " + agent + "; 'anoncloud agent token' opens it.");
    terminal.print("");
    terminal.print("In another terminal:");
    terminal.print("  anoncloud register --user NAME     once, to make an account");
    terminal.print("  anoncloud put -r FOLDER /FOLDER    to store a folder, encrypted");
    terminal.print("  anoncloud ls /                     to see what is there");
    terminal.print("Everything is kept in " + context.home().folder() + ".");
    terminal.print(
        "Ctrl-C ends both. A command that finds no agent starts one, which stays until"
            + " 'anoncloud agent stop'.");
  }

  /** As for a server, but for its place and its database, which are this home's own. */
  private ServerOptions options() throws Problem, IOException, CannotStart {
    ServerSettings settings =
        ServerSettings.gather(
            context,
            listen == null ? Map.of() : Map.of(ServerSetting.LISTEN, listen),
            Optional.empty());
    settings.warnOfOwnName(context.terminal());
    Optional<ListenAddress> given = settings.listen();
    return settings
        .options()
        .at(context.home().server(), given.isPresent() ? given.get() : address());
  }

  /** Accounts are tied to the address, so it stays the same once it is chosen. */
  private ListenAddress address() throws Problem, IOException {
    Optional<String> last = context.home().localServer();
    if (last.isPresent()) {
      ConnectionString server = ServerChoice.parse(last.get());
      // A server that was told to listen elsewhere must be told so again.
      if (server.host().equals(ListenAddress.STANDARD.host())) {
        return new ListenAddress(server.host(), server.port());
      }
    }
    return isFree(ListenAddress.STANDARD)
        ? ListenAddress.STANDARD
        : new ListenAddress(ListenAddress.STANDARD.host(), 0);
  }

  private static boolean isFree(ListenAddress address) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
