package org.anonymouscloud.client.cli.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.FileFailure;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.release.Plugins;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.anonymouscloud.core.server.DiskRoom;
import org.anonymouscloud.core.server.FeatureFolders;
import org.anonymouscloud.core.server.FolderId;
import org.anonymouscloud.core.server.KeyFiles;
import org.anonymouscloud.core.server.ServerOptions;

/**
 * Tries what a server needs: its data folder, room on the disk, its port, its plugins and its
 * database. Makes no folder and no database, alters no table and listens on nothing afterwards. Not
 * thread-safe.
 */
final class ServerCheck {
  private static final int CONNECTIONS_OF_A_SERVER = 24;

  /** Three, and one in four is at more work. */
  private static final int CONNECTIONS_OF_A_PROCESS = 4;

  private final Context context;
  private final ServerSettings settings;
  private final Plugins tried;
  private final List<String> failed = new ArrayList<>();
  private boolean isSettingWrong;

  /** Whether the start makes a server that is not there yet. */
  private boolean isNew;

  ServerCheck(Context context, ServerSettings settings, Plugins tried) {
    this.context = context;
    this.settings = settings;
    this.tried = tried;
  }

  /** A part of the check. */
  private interface Step {
    void run() throws CannotStart, Problem, IOException;
  }

  /**
   * Prints the settings and what came of each step.
   *
   * @throws Problem if a server could not start, or not with all of its plugins
   */
  void run() throws Problem, IOException {
    settings.described().forEach(context.terminal()::print);
    ServerOptions options = settings.options();
    step(
        "the data folder",
        () -> DataFolder.check(options.data(), options.databaseUrl().isPresent()));
    step("the port", () -> options.listen().check(ServerSetting.LISTEN.flag()));
    if (options.metrics().isPresent()) {
      step("the metrics' port", () -> options.metrics().get().check(ServerSetting.METRICS.flag()));
    }
    try (PluginHost plugins = ServerPlugins.load(context, options.data(), tried)) {
      step(
          "the plugins",
          () -> {
            ServerPlugins.tellDisabled(context, options.data());
            if (!plugins.switchedOff().isEmpty()) {
              throw new Problem(Problem.Kind.CONFLICT, "Some are switched off, see above.");
            }
          });
      step(
          "the disk",
          () ->
              DiskRoom.check(options.data(), plugins.serverFeatures())
                  .forEach(little -> context.terminal().print("note: " + little)));
      step(
          "the database",
          () ->
              ServerPlugins.database(settings.database(), plugins)
                  .check(new DatabaseSettings(options.data(), options.databaseUrl())));
      step("the database's connections", () -> connections(options, plugins));
      if (!failed.contains("the database")) {
        step("the database's folder", () -> folder(options, plugins));
        if (options.databaseUrl().isPresent() && !failed.contains("the database's folder")) {
          step("the folder's place", () -> look(FolderId::requireInPlace, options, plugins));
        }
        step("the server's keys", () -> look(KeyFiles::check, options, plugins));
        step(
            "the features' folders",
            () ->
                look(
                    (data, database) ->
                        FeatureFolders.check(data, database, plugins.serverFeatures()),
                    options,
                    plugins));
      }
    }
    if (!failed.isEmpty()) {
      throw new Problem(
          isSettingWrong ? Problem.Kind.BAD_INPUT : Problem.Kind.UNAVAILABLE,
          "A server would not run as it should: look at " + String.join(", ", failed) + ".");
    }
    if (isNew) {
      context
          .terminal()
          .print(
              "note: there is no server in "
                  + options.data()
                  + " yet"
                  + (Files.exists(KeyFiles.key(options.data())) ? ", its keys alone" : "")
                  + ". Its start makes a new one, without accounts: if there should be one, look at"
                  + " --data and whether its disk is mounted.");
    }
    context.terminal().print("A server can start with these settings.");
  }

  /** A database that is gone must not come to be anew beside its files. */
  private void folder(ServerOptions options, PluginHost plugins)
      throws CannotStart, Problem, IOException {
    look(
        (data, database) -> {
          isNew = !AccountService.hasAccounts(database);
          FolderId.requireOwn(data, database);
          if (isNew && !FolderId.isTied(data)) {
            FeatureFolders.requireNew(data, plugins.serverFeatures());
          }
          isNew &= !FolderId.isTied(data);
        },
        options,
        plugins);
    if (!ServerPlugins.database(settings.database(), plugins)
        .exists(new DatabaseSettings(options.data(), options.databaseUrl()))) {
      FeatureFolders.requireNew(options.data(), plugins.serverFeatures());
      isNew = true;
    }
  }

  /** What is compared with a database. */
  @FunctionalInterface
  private interface Look {
    void at(Path data, OpenDatabase database) throws CannotStart, IOException;
  }

  /** A database that is not there yet has no accounts. */
  private void look(Look look, ServerOptions options, PluginHost plugins)
      throws CannotStart, Problem, IOException {
    Database kind = ServerPlugins.database(settings.database(), plugins);
    DatabaseSettings where = new DatabaseSettings(options.data(), options.databaseUrl());
    if (!kind.exists(where)) {
      return;
    }
    try (OpenDatabase database = kind.open(where)) {
      look.at(options.data(), database);
    }
  }

  /** Each worker has its own; a server that runs out of them looks dead to its clients. */
  private void connections(ServerOptions options, PluginHost plugins) throws Problem {
    int needed =
        options.workers().isPresent()
            ? CONNECTIONS_OF_A_PROCESS * options.limits().connections()
            : CONNECTIONS_OF_A_SERVER;
    OptionalInt allowed =
        ServerPlugins.database(settings.database(), plugins)
            .connections(new DatabaseSettings(options.data(), options.databaseUrl()));
    if (allowed.isPresent() && allowed.getAsInt() < needed) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "The database allows "
              + allowed.getAsInt()
              + " connections, and "
              + needed
              + " may be needed. Raise its max_connections and the limits of its user, or lower"
              + " max-connections.");
    }
  }

  private void step(String what, Step step) {
    try {
      step.run();
      context.terminal().print("ok: " + what);
    } catch (CannotStart | Problem | DatabaseUnavailable e) {
      isSettingWrong = isSettingWrong || isOfSetting(e);
      fail(what, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      fail(what, FileFailure.text(e));
    }
  }

  private static boolean isOfSetting(Exception failure) {
    return switch (failure) {
      case Problem problem -> problem.kind() == Problem.Kind.BAD_INPUT;
      case DatabaseUnavailable database -> database.isWrongSetting();
      default -> false;
    };
  }

  private void fail(String what, String why) {
    failed.add(what);
    context.terminal().print("failed: " + what + ": " + why);
  }
}
