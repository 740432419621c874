package org.anonymouscloud.client.cli.server;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.FolderId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a server's data is, and which kind of database the server uses. */
public final class DatabaseOptions extends PlaceOptions {
  @Option(
      names = "--database",
      paramLabel = "KIND",
      description = "What the server uses: sqlite, or postgres with --database-url (sqlite).")
  private @Nullable String database;

  @Override
  public ServerSettings settings(Context context, Map<ServerSetting, String> more) throws Problem {
    if (database == null) {
      return super.settings(context, more);
    }
    Map<ServerSetting, String> flags = new EnumMap<>(ServerSetting.class);
    flags.putAll(more);
    flags.put(ServerSetting.DATABASE, database);
    return super.settings(context, flags);
  }

  @Override
  public String again() {
    return super.again() + (database == null ? "" : " --database " + database);
  }

  /**
   * Opens the database of a server that has run. The caller closes it.
   *
   * @throws Problem if it is another server's, or the rows of this one have not been moved to it
   */
  public OpenDatabase open(PluginHost plugins, Context context) throws Problem, IOException {
    return open(plugins, context, Database::open);
  }

  /**
   * As {@link #open}, for as long as no server and no other command has it open.
   *
   * @throws org.anonymouscloud.core.database.DatabaseUnavailable if one has
   */
  public OpenDatabase openAlone(PluginHost plugins, Context context) throws Problem, IOException {
    return open(plugins, context, Database::openAlone);
  }

  private OpenDatabase open(
      PluginHost plugins,
      Context context,
      BiFunction<Database, DatabaseSettings, OpenDatabase> opening)
      throws Problem, IOException {
    String kind = settings(context).database();
    Database chosen = ServerPlugins.database(kind, plugins);
    DatabaseSettings where = settings(kind, context);
    if (!chosen.exists(where)) {
      // To open it would make one.
      throw noServer(where.folder());
    }
    OpenDatabase open = opening.apply(chosen, where);
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
}
