package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.server.DatabaseOptions;
import org.anonymouscloud.client.cli.server.PlaceOptions;
import org.anonymouscloud.client.cli.server.ServerPlugins;
import org.anonymouscloud.client.cli.server.SettingsFile;
import org.anonymouscloud.core.backup.Backup;
import org.anonymouscloud.core.backup.BackupPlace;
import org.anonymouscloud.core.backup.Belongings;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.backup.KeysRefused;
import org.anonymouscloud.core.backup.ServerKeys;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.KeyFiles;
import org.anonymouscloud.core.server.Server;
import org.anonymouscloud.core.session.Fingerprint;
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
  private static final int ALL = Integer.MAX_VALUE;
  private static final String LOST = "lost";

  private final Context context;

  @Mixin private DatabaseOptions options;

  @Parameters(
      paramLabel = "FOLDER",
      description = "Where the backups are: a new or empty folder, or the one of last time.")
  private Path folder = Path.of("");

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
  private @Nullable String keep;

  @Option(
      names = "--reread",
      description =
          "Read again what the backup before has, and copy anew what is damaged there. Without it"
              + " only the lengths are compared.")
  private boolean reread;

  @Option(
      names = "--take-over",
      description =
          "Go on in a place that has another server's backups: this server's from before its key"
              + " was lost, say. Those stay, whatever --keep says.")
  private boolean takeOver;

  BackupCommand(Context context) {
    this.context = context;
    this.options = new DatabaseOptions();
  }

  @Override
  public Integer call() throws Problem, IOException {
    int stay =
        keep == null
            ? ALL
            : (int) Math.min(new TypedText("--keep", keep).number(1, Long.MAX_VALUE, 7L), ALL - 1);
    Path data = options.existingData(context);
    requireOutside(data);
    Made made = make(data, stay);
    print(made.backup(), made.deleted());
    requireAll(made.backup());
    return 0;
  }

  /**
   * What has been done.
   *
   * @param deleted how many old backups
   */
  private record Made(Backup.Made backup, int deleted) {}

  private Made make(Path data, int stay) throws Problem, IOException {
    Optional<Path> file = options.settings(context).file();
    Optional<String> settings =
        file.isPresent() ? Optional.of(SettingsFile.portable(file.get())) : Optional.empty();
    try (PluginHost plugins = ServerPlugins.load(context, data);
        OpenDatabase open = options.open(plugins, context)) {
      Fingerprint server = server(data, open);
      try (BackupPlace place = place(data, server);
          Terminal.Progress progress = context.terminal().progress("backup", -1)) {
        Backup.Made backup =
            Backup.make(
                data,
                open,
                Holdings.of(plugins.serverFeatures()),
                new Belongings(server, settings, ServerPlugins.installed(data)),
                place,
                reread ? Backup.Reuse.BY_CONTENT : Backup.Reuse.BY_LENGTH,
                Instant.now(),
                progress::step);
        if (keys != null) {
          ServerKeys.save(data, folder, keys, backup.folder());
        }
        // What is lost or damaged may be in one of the old ones.
        boolean whole = backup.lost().isEmpty() && backup.changed().isEmpty();
        int deleted = stay != ALL && whole ? place.prune(server, stay) : 0;
        return new Made(backup, deleted);
      }
    } catch (KeysRefused e) {
      throw new Problem(Problem.Kind.SECURITY, String.valueOf(e.getMessage()), e);
    } catch (DirectoryNotEmptyException e) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          folder + " holds something else than backups; they need a folder of their own.",
          e);
    }
  }

  /** A backup that is not what it should be is made all the same, and said so. */
  private void requireAll(Backup.Made made) throws Problem {
    Terminal terminal = context.terminal();
    made.absent()
        .forEach(
            feature ->
                terminal.warn(
                    "The plugin of '"
                        + feature
                        + "' is removed, switched off or not trusted. The backup has its rows and"
                        + " all that lies in its folder; 'admin restore' needs the plugin to bring"
                        + " them back. Switch it on by 'admin plugins enable ID', or install it"
                        + " again."));
    made.damaged().forEach(file -> terminal.warn("damaged in the backup before: " + file));
    made.onlyBefore()
        .forEach(
            file ->
                terminal.warn(
                    fate(made, file)
                        + (fate(made, file).equals(LOST) ? " by the server: " : " on the server: ")
                        + file));
    made.lost().forEach(file -> terminal.warn(fate(made, file) + ": " + file));
    made.changed().forEach(file -> terminal.warn("damaged on the server: " + file));
    int unreadable = (int) made.lost().stream().filter(made.unreadable()::contains).count();
    BadFiles bad = new BadFiles(made.changed().size(), unreadable, made.lost().size() - unreadable);
    if (bad.any()) {
      throw bad.problem(
          "The backup is made, but "
              + bad.words()
              + (made.changed().isEmpty()
                  ? ""
                  : " (damaged: the server's disk has changed them, and the backup has them as they"
                      + " are now)")
              + (unreadable == 0
                  ? ""
                  : " (unreadable: 'admin verify' says what to do, and the backup does not have"
                      + " them)")
              + ". No old backup was deleted: look there for one that has them whole, copy them to"
              + " the server, and check its disk by 'admin verify --reread'. If they are nowhere,"
              + " the people whose files these were must remove them.");
    }
    if (!made.onlyBefore().isEmpty()) {
      throw new Problem(
          Problem.Kind.NOT_FOUND,
          "The backup is whole, but "
              + made.onlyBefore().size()
              + (made.onlyBefore().size() == 1 ? " file that it has" : " files that it has")
              + " from the one before the server has lost or damaged, or cannot read. Bring them"
              + " back from "
              + made.folder()
              + ".");
    }
  }

  /** What has become of a file of the server that could not be copied, in a word. */
  private static String fate(Backup.Made made, String file) {
    if (made.unreadable().contains(file)) {
      return "unreadable";
    }
    if (made.lengthened().contains(file)) {
      return "damaged";
    }
    return made.shortened().contains(file) ? "short" : LOST;
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
  private static Fingerprint server(Path data, OpenDatabase database) throws Problem, IOException {
    try {
      KeyFiles.check(data, database);
    } catch (CannotStart e) {
      throw new Problem(Problem.Kind.SECURITY, "No backup was made. " + e.getMessage(), e);
    }
    return Server.fingerprint(data).orElseThrow(() -> PlaceOptions.noServer(data));
  }

  private BackupPlace place(Path data, Fingerprint server)
      throws Problem, KeysRefused, IOException {
    if (keys != null) {
      ServerKeys.checkFolder(data, folder, keys);
    }
    BackupPlace place = BackupPlace.open(folder);
    Optional<Fingerprint> other = place.server().filter(known -> !known.equals(server));
    if (other.isPresent() && !takeOver) {
      place.close();
      throw new Problem(
          Problem.Kind.CONFLICT,
          "The backups in "
              + folder
              + " are of the server "
              + other.get().text()
              + ", and this one is "
              + server.text()
              + ". Choose a folder of its own; or, if this is the same server with a new key, say"
              + " --take-over.");
    }
    return place;
  }

  private void print(Backup.Made made, int deleted) {
    Terminal terminal = context.terminal();
    terminal.print(
        "Backed up "
            + describe(made.content())
            + ", settings and plugins included, to "
            + made.folder()
            + ", of which "
            + ShownSize.of(made.copied())
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
    return BadFiles.rows(content.rows())
        + " and "
        + BadFiles.files(content.files())
        + " ("
        + ShownSize.of(content.bytes())
        + ")";
  }
}
