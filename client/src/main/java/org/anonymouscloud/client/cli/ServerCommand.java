package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.crypto.WarmUp;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.release.PluginFolder;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.ListenAddress;
import org.anonymouscloud.core.server.Server;
import org.anonymouscloud.core.server.ServerOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anoncloud server}. */
@Command(
    name = "server",
    mixinStandardHelpOptions = true,
    description = "Run a server until it is asked to end.")
final class ServerCommand implements Callable<Integer> {
  private final Commands.Context context;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Keys, packs and the SQLite database; 'server' in the state folder if not given.")
  private @Nullable Path data;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where to accept clients (127.0.0.1:7420).")
  private @Nullable String listen;

  @Option(
      names = "--database",
      paramLabel = "KIND",
      description = "sqlite, or postgres with --database-url (sqlite).")
  private String database = "sqlite";

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description =
          "postgresql://user@host:port/name. With a password in it, other users of this machine"
              + " see it; the environment's ANONCLOUD_DATABASE_URL is not shown to them.")
  private @Nullable String databaseUrl;

  @Option(
      names = "--max-users",
      paramLabel = "N",
      description = "Logged-in sessions at once (no limit).")
  private int maxUsers = Integer.MAX_VALUE;

  @Option(
      names = "--registration",
      paramLabel = "WHO",
      description = "open, invite or closed: who can make an account (open).")
  private String registration = "open";

  @Option(
      names = "--quota",
      paramLabel = "SIZE",
      description = "Space of each new account, like 500M or 20G (no limit).")
  private @Nullable String quota;

  ServerCommand(Commands.Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException, InterruptedException {
    ServerOptions options = options();
    try (Ending ending = Ending.onSignal();
        PluginHost plugins = plugins(context, options.data());
        Server server = start(options, database, plugins)) {
      context.terminal().print("The server is ready: " + server.address());
      WarmUp.begin();
      ending.await();
    }
    return 0;
  }

  /** Loads what a server needs of the program's plugins and of those installed in its folder. */
  static PluginHost plugins(Commands.Context context, Path data) throws Problem, IOException {
    return Distribution.plugins(
        context.terminal(), installed(data), Capability.SERVER_FEATURE, Capability.DATABASE);
  }

  /** What is installed for a server. */
  static PluginFolder installed(Path data) {
    return new PluginFolder(data.resolve("plugins"));
  }

  /** Starts a server of these plugins. */
  static Server start(ServerOptions options, String database, PluginHost plugins) throws Problem {
    Database kind = DatabaseOptions.kind(database, plugins);
    try {
      return Server.start(options, kind, plugins.serverFeatures(), Clock.systemUTC());
    } catch (CannotStart e) {
      throw new Problem(Problem.Kind.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }

  private ServerOptions options() throws Problem {
    Optional<String> url =
        Optional.ofNullable(databaseUrl).or(() -> context.environment("ANONCLOUD_DATABASE_URL"));
    try {
      return new ServerOptions(
          data == null ? context.home().server() : data,
          listen == null ? ListenAddress.STANDARD : ListenAddress.parse(listen),
          url,
          maxUsers,
          new AccountPolicy(registration(), quota == null ? Long.MAX_VALUE : Size.parse(quota)));
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, String.valueOf(e.getMessage()), e);
    }
  }

  private Registration registration() {
    return switch (registration) {
      case "open" -> Registration.OPEN;
      case "closed" -> Registration.CLOSED;
      case "invite" -> Registration.INVITE;
      default ->
          throw new IllegalArgumentException(
              "--registration is open, invite or closed, not '" + registration + "'.");
    };
  }
}
