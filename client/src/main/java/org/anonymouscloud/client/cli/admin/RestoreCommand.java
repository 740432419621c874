package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.server.DatabaseOptions;
import org.anonymouscloud.client.cli.server.ServerPlugins;
import org.anonymouscloud.client.cli.server.ServerSettings;
import org.anonymouscloud.core.backup.BackupDamaged;
import org.anonymouscloud.core.backup.BackupPlace;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.backup.KeysRefused;
import org.anonymouscloud.core.backup.Restore;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.anonymouscloud.core.server.KeyFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin restore}. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = {
      "Bring a backup back where no server is, on either kind of database.",
      "Settings and plugins come back too. The backup is checked first, and nothing that is there"
          + " is overwritten. A restore that is cut off begins again when the command is repeated."
          + " Devices that saw a newer state than the backup's take the old one for a rollback and"
          + " refuse it."
    })
final class RestoreCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private DatabaseOptions options;

  @Parameters(
      paramLabel = "FOLDER",
      description = "The backup, or a folder of backups, of which the newest is taken.")
  private Path folder = Path.of("");

  @Option(
      names = "--keys",
      paramLabel = "FOLDER",
      description = "Where 'admin backup --keys' has put the server's keys.")
  private @Nullable Path keys;

  @Option(
      names = "--leave-out",
      paramLabel = "FEATURE",
      split = ",",
      description =
          "Do not bring back what this feature had, whose plugin is not here: for example because"
              + " it was removed.")
  private Set<String> leaveOut = new TreeSet<>();

  @Option(
      names = "--skip-damaged",
      description =
          "Bring back what is whole, and name the files that are not: people's, the settings,"
              + " plugins.")
  private boolean skipDamaged;

  RestoreCommand(Context context) {
    this.context = context;
    this.options = new DatabaseOptions();
  }

  @Override
  public Integer call() throws Problem, IOException, CannotStart, BackupDamaged {
    String kind = options.settings(context).database();
    Path backup = BackupPlace.backup(folder);
    requireOutside(options.data(context));
    Restore.Restored restored;
    try (DataFolder data = DataFolder.open(options.data(context), false);
        Terminal.Progress progress = context.terminal().progress("restore", -1)) {
      Restore restore =
          Restore.of(
              backup,
              data.path(),
              Optional.ofNullable(keys),
              new Restore.LeftOut(leaveOut, skipDamaged),
              progress::step);
      restore.bringPlugins();
      try (PluginHost plugins = ServerPlugins.load(context, data.path());
          OpenDatabase open =
              ServerPlugins.database(kind, plugins).openAlone(options.settings(kind, context))) {
        restored = restore.run(kind, open, Holdings.of(plugins.serverFeatures()));
      }
    } catch (KeysRefused e) {
      throw new Problem(Problem.Kind.SECURITY, String.valueOf(e.getMessage()), e);
    } catch (FileAlreadyExistsException e) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "There is a server's data already: "
              + e.getFile()
              + ". Nothing was changed. Name a folder that is not there yet with --data; or, if the"
              + " backup is to take that server's place, stop it and move its folder aside first.",
          e);
    } catch (NoSuchFileException e) {
      throw new Problem(
          Problem.Kind.NOT_FOUND, "There is no " + e.getFile() + ". Nothing was changed.", e);
    }
    tell(restored, backup, kind);
    if (!restored.belongings().isEmpty()) {
      context
          .terminal()
          .warn(
              "Damaged in the backup, and left out: "
                  + String.join(", ", restored.belongings())
                  + ". Before the server is started, write the settings anew (who may make an"
                  + " account, for one) and install what is missing of the plugins, or take these"
                  + " files from another backup.");
    }
    BadFiles bad = new BadFiles(restored.changed().size(), 0, restored.missing().size());
    if (!bad.any() && !restored.belongings().isEmpty()) {
      throw new Problem(
          Problem.Kind.NOT_FOUND, "All else is there; the backup lacks what is named above.");
    }
    if (bad.any()) {
      throw bad.problem(
          "All else is there, but "
              + bad.words()
              + ", for the backup does not have them, or not as they were. The people whose files"
              + " these were see which are damaged when they read them.");
    }
    return 0;
  }

  /** A server in the folder of another is in its backups' way, and goes with it. */
  private static void requireOutside(Path target) throws Problem, IOException {
    Path above = target.toAbsolutePath().normalize().getParent();
    while (above != null && Files.notExists(above)) {
      above = above.getParent();
    }
    for (Path one = above == null ? null : above.toRealPath(); one != null; one = one.getParent()) {
      if (Files.exists(KeyFiles.key(one))) {
        throw new Problem(
            Problem.Kind.BAD_INPUT,
            "The folder "
                + target
                + " lies in the data folder of a server, "
                + one
                + ". Nothing was changed. Choose one outside of it with --data.");
      }
    }
  }

  private void tell(Restore.Restored restored, Path backup, String kind) throws Problem {
    Terminal terminal = context.terminal();
    terminal.print(
        "Restored "
            + BackupCommand.describe(restored.content())
            + " from "
            + backup
            + " into "
            + kind
            + ".");
    Path file = options.data(context).resolve(ServerSettings.FILE_NAME);
    Optional<Path> named = options.settings(context).file();
    if (restored.otherSettings()) {
      terminal.warn(
          file
              + " was there and stays. Compare it with "
              + backup.resolve(ServerSettings.FILE_NAME)
              + ": registration, say, may be another.");
    } else if (restored.withSettings() && named.isPresent() && !named.get().equals(file)) {
      terminal.warn(
          "The restored settings are in " + file + ", but " + named.get() + " is what is read.");
    }
    if (!kind.equals("sqlite")) {
      // A backup has no addresses, as a restored server must not use another one's database.
      terminal.warn(
          "Before the server is started, write its database into "
              + file
              + ", with mode 0600: "
              + (restored.withSettings() ? "" : "a line 'database = " + kind + "' and ")
              + "the line 'database-url = ' with the address that this restore was given.");
    }
    leaveOut.forEach(
        feature ->
            terminal.warn(
                "What '"
                    + feature
                    + "' had was left out, and is still in the backup: to have it, install the"
                    + " plugin first and restore into an empty place."));
    restored.missing().forEach(missing -> terminal.warn("lost: " + missing));
    restored
        .changed()
        .forEach(changed -> terminal.warn("damaged before the backup was made: " + changed));
    if (keys == null) {
      terminal.warn(
          "No keys were restored: copy server.key and server.secrets from the folder of 'admin"
              + " backup --keys' into the data folder before the server is started; 'anoncloud"
              + " server --check' says whether they fit. If they are lost for good, see 'anoncloud"
              + " admin new-keys'.");
    }
  }
}
