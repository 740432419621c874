package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.backup.Backup;
import org.anonymouscloud.core.backup.BackupPlace;
import org.anonymouscloud.core.backup.Belongings;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.backup.KeysRefused;
import org.anonymouscloud.core.backup.ServerKeys;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.KeyFiles;
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
      "Copy a server's data, settings and plugins while it runs.",
      "Each backup becomes a folder in FOLDER that is named by its time and whole by itself; files"
          + " that the one before has are not copied again. Rows and files are those of one moment."
          + " 'anoncloud admin verify FOLDER' checks the newest backup, 'anoncloud admin restore"
          + " FOLDER' brings it back on either kind of database; with FOLDER/TIME they take that"
          + " one."
    })
final class BackupCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private DatabaseOptions options;

  @Parameters(
      paramLabel = "FOLDER",
      description = "Where the backups are: a new or empty folder, or the one of last time.")
  private Path folder = Path.of("");

  @Option(
      names = "--database",
      paramLabel = "KIND",
      description = "What the server uses: sqlite, or postgres with --database-url (sqlite).")
  private @Nullable String database;

  @Option(
      names = "--keys",
      paramLabel = "FOLDER",
      description =
          "Copy server.key and server.secrets too, into this folder, which must not lie with the"
              + " backups. Without them nobody can log in to a restored server.")
  private @Nullable Path keys;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "Delete the oldest backups afterwards, so that N stay (all).")
  private @Nullable Integer keep;

  BackupCommand(Context context) {
    this.context = context;
    this.options = new DatabaseOptions();
  }

  @Override
  public Integer call() throws Problem, IOException {
    if (keep != null && keep < 1) {
      throw new Problem(Problem.Kind.BAD_INPUT, "--keep must be a whole number from 1.");
    }
    Path data = options.existingData(context);
    requireOutside(data);
    String kind = options.database(database, context);
    Optional<Path> file = options.settings(context).file();
    Optional<String> settings =
        file.isPresent() ? Optional.of(SettingsFile.portable(file.get())) : Optional.empty();
    Backup.Made made;
    int deleted;
    try (PluginHost plugins = ServerCommand.plugins(context, data)) {
      try (OpenDatabase open = options.open(kind, plugins, context);
          BackupPlace place = place(data, open);
          Terminal.Progress progress = context.terminal().progress("backup", -1)) {
        made =
            Backup.make(
                data,
                open,
                Holdings.of(plugins.serverFeatures()),
                new Belongings(settings, ServerCommand.installed(data)),
                place,
                Instant.now(),
                progress::step);
        if (keys != null) {
          ServerKeys.save(data, folder, keys, made.folder());
        }
        deleted = keep == null ? 0 : place.prune(keep);
      }
    } catch (KeysRefused e) {
      throw new Problem(Problem.Kind.SECURITY, String.valueOf(e.getMessage()), e);
    } catch (DirectoryNotEmptyException e) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          folder + " holds something else than backups; they need a folder of their own.",
          e);
    }
    print(made, deleted);
    made.lost().forEach(gone -> context.terminal().warn("lost: " + gone));
    if (!made.lost().isEmpty()) {
      throw new Problem(
          Problem.Kind.NOT_FOUND,
          "The backup is whole, but the server has lost "
              + made.lost().size()
              + " files that it has from the one before. Bring them back from "
              + made.folder()
              + ".");
    }
    return 0;
  }

  /** A backup in the data folder goes with its disk, and takes its place. */
  private void requireOutside(Path data) throws Problem, IOException {
    Path there = folder.toAbsolutePath().normalize();
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (there.toRealPath().startsWith(data.toRealPath())) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "The folder "
              + folder
              + " lies in the server's data folder. Choose one outside of it, best on another"
              + " disk.");
    }
  }

  /** Not beside keys that are not the database's: the good ones of last time would make way. */
  private BackupPlace place(Path data, OpenDatabase database)
      throws Problem, KeysRefused, IOException {
    try {
      KeyFiles.check(data, database);
    } catch (CannotStart e) {
      throw new Problem(Problem.Kind.SECURITY, "No backup was made. " + e.getMessage(), e);
    }
    if (keys != null) {
      ServerKeys.checkFolder(data, folder, keys);
    }
    return BackupPlace.open(folder);
  }

  private void print(Backup.Made made, int deleted) {
    Terminal terminal = context.terminal();
    terminal.print(
        "Backed up "
            + describe(made.content())
            + " to "
            + made.folder()
            + ", of which "
            + Size.format(made.copied())
            + " are new.");
    if (deleted > 0) {
      terminal.print("Deleted " + deleted + (deleted == 1 ? " old backup." : " old backups."));
    }
    if (keys == null) {
      terminal.warn(
          "The server's keys are not in the backup, and a server that is restored without them is"
              + " of no use: copy them once, and after each rotation, with --keys FOLDER to another"
              + " place.");
    }
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
