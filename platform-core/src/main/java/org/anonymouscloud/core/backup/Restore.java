package org.anonymouscloud.core.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.StoredSpace;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.DatabaseState.Standing;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.OrderNumbers;
import org.anonymouscloud.core.database.copy.AllTables;
import org.anonymouscloud.core.database.copy.RowsFile;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.session.Fingerprint;

/**
 * Puts a backup where no server is. It overwrites nothing, and what it makes cannot be served
 * before it is whole; one that was cut off begins again. Nothing else may use the folder and the
 * database meanwhile. Not thread-safe.
 */
public final class Restore {
  private static final String BACKUP = "a backup";
  private static final String JAR = ".jar";
  private static final int MAX_SETTINGS = 1 << 20;

  private final Path backup;
  private final Path data;
  private final Optional<Path> keys;
  private final LeftOut leftOut;
  private final LongConsumer progress;
  private final Set<String> features = new HashSet<>();
  private final List<Sums.Entry> plugins = new ArrayList<>();
  private final Set<String> damaged = new TreeSet<>();
  private final Set<String> damagedBelongings = new TreeSet<>();
  private final List<String> lost = new ArrayList<>();
  private final List<String> changed = new ArrayList<>();
  private boolean hasRows;
  private boolean hasSettings;
  private long files;
  private long bytes;

  private Restore(
      Path backup, Path data, Optional<Path> keys, LeftOut leftOut, LongConsumer progress) {
    this.backup = backup;
    this.data = data;
    this.keys = keys;
    this.leftOut = leftOut;
    this.progress = progress;
  }

  /**
   * What was brought back.
   *
   * @param withSettings whether the backup has settings that were put into the data folder
   * @param otherSettings whether it has some that were not, for the folder has its own
   * @param missing files that rows name and that were not brought back: damaged, or lost already
   *     when the backup was made
   * @param changed files that were brought back, and that the disk of the server that was backed up
   *     had changed already
   * @param belongings settings and files of plugins that were not brought back, as they are damaged
   */
  public record Restored(
      Backup.Content content,
      boolean withSettings,
      boolean otherSettings,
      List<String> missing,
      List<String> changed,
      List<String> belongings) {
    public Restored {
      belongings = List.copyOf(belongings);
      missing = List.copyOf(missing);
      changed = List.copyOf(changed);
    }
  }

  /**
   * What is not brought back, as its owner agrees.
   *
   * @param features that are not here: their rows and files
   * @param damaged files that are not what was put there, are gone or cannot be read: of features,
   *     of plugins, and the settings
   */
  public record LeftOut(Set<String> features, boolean damaged) {
    public LeftOut {
      features = Set.copyOf(features);
    }
  }

  /**
   * Checks the backup.
   *
   * @param data the locked folder of the new server
   * @param keys where {@link ServerKeys#save} has put the server's keys, if they are brought back
   *     too
   * @param progress is told how many more bytes are checked or copied
   * @throws BackupDamaged if the backup is not what was made
   * @throws KeysRefused if the key is not that of the server whose backup it is
   * @throws java.nio.file.NoSuchFileException if one of the keys is missing
   */
  public static Restore of(
      Path backup, Path data, Optional<Path> keys, LeftOut leftOut, LongConsumer progress)
      throws IOException, BackupDamaged, KeysRefused {
    Restore restore = new Restore(backup, data, keys, leftOut, progress);
    if (keys.isPresent()) {
      ServerKeys.requireAll(keys.get());
      restore.checkServer(ServerKeys.fingerprint(keys.get()));
    }
    Sums.forEach(backup, restore::examine);
    if (!restore.hasRows) {
      throw new BackupDamaged("The backup " + backup + " has lost its rows.");
    }
    List<String> notWhole =
        Stream.concat(restore.damagedBelongings.stream(), restore.damaged.stream()).toList();
    if (!notWhole.isEmpty() && !leftOut.damaged()) {
      throw new BackupDamaged(
          (notWhole.size() == 1 ? "1 file" : notWhole.size() + " files")
              + " of the backup "
              + backup
              + (notWhole.size() == 1 ? " is" : " are")
              + " damaged, gone or cannot be read, like "
              + notWhole.getFirst()
              + "; 'anoncloud admin verify' names all. Nothing was changed. Take another backup, or"
              + " bring back the rest with --skip-damaged.");
    }
    return restore;
  }

  private void checkServer(Fingerprint key) throws IOException, KeysRefused {
    Optional<Fingerprint> server = BackupPlace.server(backup);
    if (server.isPresent() && !server.get().equals(key)) {
      throw new KeysRefused(
          "The backup "
              + backup
              + " is of the server "
              + server.get().text()
              + ", and the key in "
              + keys.orElseThrow()
              + " is that of "
              + key.text()
              + ". Nothing was changed.");
    }
  }

  private void examine(Sums.Entry entry) throws IOException, BackupDamaged {
    String path = entry.path();
    switch (entry.folder()) {
      case "" -> {
        switch (path) {
          case Backup.ROWS -> hasRows = true;
          case Backup.SETTINGS -> hasSettings = true;
          case Backup.SERVER, Sums.COUNT -> {}
          case Backup.LOST -> lost.addAll(Sums.paths(backup, entry));
          case Backup.CHANGED -> changed.addAll(Sums.paths(backup, entry));
          default ->
              throw new BackupDamaged(
                  "Nobody here knows the file " + path + " of the backup " + backup + ".");
        }
      }
      case Backup.PLUGINS -> plugins.add(entry);
      default -> features.add(entry.folder());
    }
    if (Sums.isWhole(backup, entry)) {
      progress.accept(Files.size(backup.resolve(path)));
    } else if (!entry.canBeLeftOut()) {
      throw Sums.changed(backup, entry);
    } else if (entry.isOfFeature()) {
      damaged.add(path);
    } else {
      hasSettings &= !path.equals(Backup.SETTINGS);
      plugins.remove(entry);
      damagedBelongings.add(path);
    }
  }

  /**
   * Brings the plugins back, which are needed to bring back what is theirs. Which of them are on,
   * and whom the owner trusts, stays as it is where that was decided already: so one that was off
   * can be switched on, and the restore be repeated.
   *
   * @throws FileAlreadyExistsException if there are others already; then nothing was changed
   */
  public void bringPlugins() throws IOException, BackupDamaged {
    List<Sums.Entry> missing = new ArrayList<>();
    for (Sums.Entry plugin : plugins) {
      Path there = data.resolve(plugin.path());
      if (!Files.exists(there)) {
        missing.add(plugin);
      } else if (there.toString().endsWith(JAR) && !isSame(there, plugin)) {
        throw taken(there);
      }
    }
    NewFiles target = new NewFiles(data, Reserve.NONE);
    for (Sums.Entry plugin : missing) {
      copy(plugin, target);
    }
    target.syncFolders();
  }

  private static boolean isSame(Path file, Sums.Entry entry) throws IOException {
    try (InputStream content = NewFiles.open(file)) {
      return Digest.sha256(content).equals(entry.digest());
    }
  }

  /**
   * Brings all back; durable when this returns.
   *
   * @param kind of the database, which the settings name from now on
   * @param database open alone
   * @throws BackupDamaged if a file has changed since it was checked
   * @throws FileAlreadyExistsException if there is a server's file already; then nothing was
   *     changed
   * @throws DatabaseUnavailable if the database is in use, holds rows or fails, or the backup has
   *     something of a feature that is neither here nor left out
   * @throws IOException if the secrets are not those of the rows, too; the restore can be repeated
   */
  public Restored run(String kind, OpenDatabase database, Holdings holdings)
      throws IOException, BackupDamaged {
    leaveOut(holdings);
    makeRoom(database);
    NewFiles target = new NewFiles(data, Reserve.NONE);
    Sums.forEach(
        backup,
        entry -> {
          if (features.contains(entry.folder()) && !damaged.contains(entry.path())) {
            copy(entry, target);
          }
        });
    if (keys.isPresent()) {
      ServerKeys.restore(keys.get(), data);
    }
    boolean written = hasSettings && writeSettings(kind);
    long rows;
    try (InputStream in = BackupFiles.open(backup, Backup.ROWS)) {
      rows = RowsFile.load(in, holdings.scripts(), leftOut.features(), database);
    }
    bytes += Files.size(backup.resolve(Backup.ROWS));
    target.syncFolders();
    if (keys.isPresent()) {
      AccountService.checkSecrets(database, ServerKeys.secrets(data));
    }
    // The files have another place than those of the server that was backed up.
    database.<Integer, RuntimeException>write(
        handle -> {
          for (String feature : leftOut.features()) {
            StoredSpace.forget(handle, feature);
            new OrderNumbers(feature).forgetAll(handle);
          }
          return handle.execute("DELETE FROM data_folder");
        });
    mark(database, DatabaseState.READY);
    return new Restored(
        new Backup.Content(rows, files + plugins.size() + (hasSettings ? 1 : 0), bytes),
        written,
        hasSettings && !written,
        broughtBack(Stream.concat(damaged.stream(), lost.stream())),
        broughtBack(changed.stream().filter(path -> !damaged.contains(path))),
        List.copyOf(damagedBelongings));
  }

  /** Of these files, those of features that are not left out. */
  private List<String> broughtBack(Stream<String> paths) {
    return paths
        .filter(path -> leftOut.features().stream().noneMatch(out -> path.startsWith(out + "/")))
        .sorted()
        .toList();
  }

  /** What is here is never left out: a server without a part of its rows would go on with that. */
  private void leaveOut(Holdings holdings) throws IOException {
    Set<String> owners;
    try (InputStream in = BackupFiles.open(backup, Backup.ROWS)) {
      owners = RowsFile.owners(in);
    }
    owners.addAll(features);
    Set<String> absent = holdings.absent(owners);
    Set<String> present = new TreeSet<>(leftOut.features());
    present.removeAll(absent);
    if (!present.isEmpty()) {
      throw new DatabaseUnavailable(
          "'"
              + String.join("', '", present)
              + "' cannot be left out: only what belongs to a plugin that is not here can. Nothing"
              + " was changed.");
    }
    absent.removeAll(leftOut.features());
    if (!absent.isEmpty()) {
      throw new DatabaseUnavailable(
          "Nobody here knows '"
              + String.join("', '", absent)
              + "', of which the backup "
              + backup
              + " has rows and files. Install the plugin that they belong to in the data folder, or"
              + " switch it on; or leave them out with --leave-out "
              + absent.iterator().next()
              + ".");
    }
    features.removeAll(leftOut.features());
  }

  private void makeRoom(OpenDatabase database) throws IOException {
    DatabaseState state = database.read(DatabaseState::of);
    boolean cutOff = state.standing() == Standing.FILLING && state.other().equals(BACKUP);
    if (cutOff) {
      AllTables.drop(database);
    } else {
      refuseWhatIsThere(database);
      mark(database, new DatabaseState(Standing.FILLING, "restore", BACKUP));
    }
  }

  private void refuseWhatIsThere(OpenDatabase database) throws IOException {
    if (!AllTables.isEmpty(database)) {
      throw new DatabaseUnavailable(
          "The database has tables already. Nothing was changed. " + wayOnWithTables());
    }
    if (keys.isPresent() && !ServerKeys.in(data).isEmpty()) {
      throw taken(ServerKeys.in(data).getFirst());
    }
    for (String feature : features) {
      if (Files.exists(data.resolve(feature))) {
        throw taken(data.resolve(feature));
      }
    }
  }

  private String wayOnWithTables() {
    return keys.isPresent() && ServerKeys.in(data).isEmpty()
        ? "If a backup was brought back here without its keys, copy server.key and server.secrets"
            + " from "
            + keys.get()
            + " into "
            + data
            + "; 'anoncloud server --check' says whether they fit."
        : "Restore into an empty one: name a folder that is not there yet with --data, or, for"
            + " PostgreSQL, a new database with database-url as well. A server that the backup is"
            + " to take the place of is stopped first, and its folder moved aside.";
  }

  private static FileAlreadyExistsException taken(Path there) {
    return new FileAlreadyExistsException(there.toString(), null, "a server's data is there");
  }

  /** The owner's settings that are there already stay; false if so. */
  private boolean writeSettings(String kind) throws IOException, BackupDamaged {
    Path file = data.resolve(Backup.SETTINGS);
    String settings =
        BackupFiles.text(backup, Backup.SETTINGS, MAX_SETTINGS) + "database = " + kind + "\n";
    if (Files.exists(file)) {
      return Files.readString(file).equals(settings);
    }
    PrivateFile.create(file, settings.getBytes(UTF_8));
    return true;
  }

  private void copy(Sums.Entry entry, NewFiles target) throws IOException, BackupDamaged {
    NewFiles.Written written = target.copy(BackupFiles.find(backup, entry.path()), entry.path());
    if (!written.digest().equals(entry.digest())) {
      throw Sums.changed(backup, entry);
    }
    files += entry.folder().equals(Backup.PLUGINS) ? 0 : 1;
    bytes += written.length();
    progress.accept(written.length());
  }

  private static void mark(OpenDatabase database, DatabaseState state) {
    database.<Void, RuntimeException>write(
        handle -> {
          state.put(handle);
          return null;
        });
  }
}
