package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.backup.Backup;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin backup}. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = {
      "Copy all that a server has into a folder, while the server runs.",
      "Rows and files are those of one moment. What is in the backup can be checked with 'anoncloud"
          + " admin verify FOLDER' or 'sha256sum -c SHA256SUMS', and brought back on either kind of"
          + " database."
    })
final class BackupCommand implements Callable<Integer> {
  private final Commands.Context context;

  @Mixin private DatabaseOptions options;

  @Parameters(paramLabel = "FOLDER", description = "Where to put it: a new or empty folder.")
  private Path folder = Path.of("");

  @Option(
      names = "--database",
      paramLabel = "KIND",
      description = "What the server uses: sqlite, or postgres with --database-url (sqlite).")
  private @Nullable String database;

  @Option(
      names = "--without-keys",
      description =
          "Leave server.key and server.secrets out. Keep copies of them elsewhere: without them"
              + " nobody can log in to the restored server.")
  private boolean withoutKeys;

  BackupCommand(Commands.Context context) {
    this.context = context;
    this.options = new DatabaseOptions();
  }

  @Override
  public Integer call() throws Problem, IOException {
    Path data = options.existingData(context);
    String kind = options.database(database, context);
    Backup.Content content;
    try (PluginHost plugins = ServerCommand.plugins(context, data);
        OpenDatabase open =
            DatabaseOptions.kind(kind, plugins).open(options.settings(kind, context));
        Terminal.Progress progress = context.terminal().progress("backup", -1)) {
      Holdings holdings = Holdings.of(plugins.serverFeatures());
      content = Backup.make(data, open, holdings, folder, !withoutKeys, progress::step);
    } catch (DirectoryNotEmptyException e) {
      throw new Problem(
          Problem.Kind.CONFLICT, folder + " is not empty; a backup needs a folder of its own.", e);
    }
    context.terminal().print("Backed up " + describe(content) + " to " + folder + ".");
    return 0;
  }

  /** What a backup holds, in words. */
  static String describe(Backup.Content content) {
    return content.rows()
        + " rows and "
        + content.files()
        + " files ("
        + Size.format(content.bytes())
        + ")";
  }
}
