package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.server.DatabaseOptions;
import org.anonymouscloud.client.cli.server.ServerPlugins;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.backup.LeftBehind;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin drop-data}. */
@Command(
    name = "drop-data",
    mixinStandardHelpOptions = true,
    description = {
      "Delete for good what a plugin has stored that is not there any more.",
      "The server must be stopped, and the plugin be removed or switched off. Without a name, the"
          + " features are listed whose plugin is not there."
    })
final class DropDataCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private DatabaseOptions options = new DatabaseOptions();

  @Parameters(
      paramLabel = "FEATURE",
      arity = "0..1",
      description = "The feature's name: the folder that it has in the data folder is called so.")
  private @Nullable String feature;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  DropDataCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException, CannotStart {
    Path data = options.existingData(context);
    try (PluginHost plugins = ServerPlugins.load(context, data);
        DataFolder _ = DataFolder.open(data, false);
        OpenDatabase open = options.open(plugins, context)) {
      Holdings holdings = Holdings.of(plugins.serverFeatures());
      if (feature == null) {
        list(LeftBehind.features(open, holdings));
      } else {
        delete(
            LeftBehind.of(feature, data, open, holdings)
                .orElseThrow(
                    () ->
                        new Problem(
                            Problem.Kind.NOT_FOUND,
                            "There is no feature '"
                                + feature
                                + "' that has stored something and whose plugin is not there."
                                + " Remove the plugin first, or switch it off. 'anoncloud admin"
                                + " drop-data"
                                + options.again()
                                + "' lists what can be deleted.")),
            feature);
      }
    }
    return 0;
  }

  private void list(Set<String> features) {
    if (features.isEmpty()) {
      context.terminal().print("Nothing is here of a plugin that is not.");
    }
    features.forEach(context.terminal()::print);
  }

  private void delete(LeftBehind left, String name) throws Problem, IOException {
    String what = BackupCommand.describe(left.files()) + " of '" + name + "'";
    if (!yes
        && !StandardTerminal.ask(
                "This deletes " + what + " of all accounts. Type the name once more:")
            .equals(name)) {
      throw new Problem(
          Problem.Kind.REFUSED, "Nothing was deleted: '" + name + "' is what had to be typed.");
    }
    left.delete();
    context.terminal().print("Deleted " + what + ". Backups that have them keep them.");
  }
}
