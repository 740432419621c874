package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.server.DatabaseOptions;
import org.anonymouscloud.client.cli.server.ServerPlugins;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.Administration;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Mixin;

/** Whose accounts a command of a server's owner is about; the server may be running. */
final class ServerDatabase {
  @Mixin private DatabaseOptions options = new DatabaseOptions();

  /** What is done while the database is open. */
  interface Work<T> {
    T with(Administration administration) throws Problem, IOException;
  }

  /** The data folder of a server that has run. */
  Path data(Context context) throws Problem {
    return options.existingData(context);
  }

  /** As {@link DatabaseOptions#again}. */
  String again() {
    return options.again();
  }

  /** Who can make an account, as far as this command's places say. */
  Registration registration(Context context) throws Problem {
    return options.settings(context).options().accounts().registration();
  }

  /** Opens the database, beside the servers that use it, for as long as the work takes. */
  <T> T use(Context context, Work<T> work) throws Problem, IOException {
    try (PluginHost plugins = ServerPlugins.load(context, data(context));
        OpenDatabase open = options.open(plugins, context)) {
      List<FeatureData> features =
          plugins.serverFeatures().stream().flatMap(feature -> feature.data().stream()).toList();
      return work.with(new Administration(open, features, Clock.systemUTC()));
    }
  }

  /** A user name as the owner typed it. */
  static UserName user(String typed) throws Problem {
    try {
      return UserName.parse(typed);
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, String.valueOf(e.getMessage()), e);
    }
  }

  static Problem nobody(UserName user) {
    return new Problem(Problem.Kind.NOT_FOUND, "There is no account " + user + ".");
  }
}
