package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.server.PlaceOptions;
import org.anonymouscloud.client.cli.server.ServerPlugins;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.copy.DatabaseMove;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code anoncloud admin migrate-database}. */
@Command(
    name = "migrate-database",
    mixinStandardHelpOptions = true,
    description = {
      "Move a stopped server's rows to another kind of database.",
      "Each row is compared before the new database may be served. A move that is cut off goes on"
          + " when the command is repeated. The old database stays as it is, but no server starts"
          + " on it any more."
    })
final class MigrateDatabaseCommand implements Callable<Integer> {
  private static final String SQLITE = "sqlite";
  private static final long TELL_NANOSECONDS = 10_000_000_000L;

  private final Context context;

  @Mixin private PlaceOptions options;

  @Option(
      names = "--to",
      paramLabel = "KIND",
      required = true,
      description = "postgres, or sqlite to move back.")
  private String to = "";

  @Option(
      names = "--from",
      paramLabel = "KIND",
      description = "What the server has now (postgres with --to sqlite, else sqlite).")
  private @Nullable String from;

  @Option(
      names = "--replace",
      description =
          "Delete what the new database holds of an earlier move; rows that a server may still use"
              + " are never deleted.")
  private boolean replace;

  @Option(names = "--cancel", description = "Take a move back that is not finished.")
  private boolean cancel;

  private long done;
  private long told = System.nanoTime();

  MigrateDatabaseCommand(Context context) {
    this.context = context;
    this.options = new PlaceOptions();
  }

  @Override
  public Integer call() throws Problem, IOException, CannotStart {
    String source = from == null ? (to.equals(SQLITE) ? "postgres" : SQLITE) : from;
    if (source.equals(to)) {
      throw new Problem(Problem.Kind.BAD_INPUT, "--from and --to are the same kind of database.");
    }
    try (PluginHost plugins = ServerPlugins.load(context, options.existingData(context));
        DataFolder _ = DataFolder.open(options.existingData(context), false)) {
      Database old = ServerPlugins.database(source, plugins);
      Database other = ServerPlugins.database(to, plugins);
      if (!old.exists(options.settings(source, context))) {
        throw PlaceOptions.noServer(options.existingData(context));
      }
      try (OpenDatabase here = old.openAlone(options.settings(source, context))) {
        if (cancel) {
          DatabaseMove.cancel(here);
          context.terminal().print("The move is taken back: the server may use " + source + ".");
        } else {
          move(here, source, other, Holdings.of(plugins.serverFeatures()));
        }
      }
    }
    return 0;
  }

  /** A sign of life now and then. */
  private void tell(long rows) {
    done += rows;
    if (System.nanoTime() - told > TELL_NANOSECONDS) {
      told = System.nanoTime();
      context.terminal().warn(done + " rows copied or compared so far");
    }
  }

  private void move(OpenDatabase here, String source, Database other, Holdings holdings)
      throws Problem {
    DatabaseMove.Moved moved;
    try (OpenDatabase there = other.openAlone(options.settings(to, context))) {
      moved =
          new DatabaseMove(here, source, there, to, holdings.scripts()).run(replace, this::tell);
    }
    context
        .terminal()
        .print(
            "Moved "
                + BadFiles.rows(moved.rows())
                + " of "
                + moved.tables()
                + " tables to "
                + to
                + " and compared each of them.");
    context
        .terminal()
        .print(
            "From now on start the server on it: 'database = "
                + to
                + "' in its settings file, or --database "
                + to
                + ".");
  }
}
