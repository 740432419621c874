package org.anonymouscloud.core.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.DatabaseState.Standing;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.copy.AllTables;
import org.anonymouscloud.core.database.copy.RowsFile;

/**
 * Puts a backup where no server is. It overwrites nothing, and what it makes cannot be served
 * before it is whole; one that was cut off begins again. Nothing else may use the folder and the
 * database meanwhile. Not thread-safe.
 */
public final class Restore {
  private static final String BACKUP = "a backup";

  private final Path backup;
  private final Path data;
  private final OpenDatabase database;
  private final Holdings holdings;
  private final List<String> keys = new ArrayList<>();
  private final Set<String> features = new HashSet<>();
  private boolean hasRows;
  private long files;
  private long bytes;

  private Restore(Path backup, Path data, OpenDatabase database, Holdings holdings) {
    this.backup = backup;
    this.data = data;
    this.database = database;
    this.holdings = holdings;
  }

  /** What was brought back, and whether the server's keys were. */
  public record Restored(Backup.Content content, boolean withKeys) {}

  /**
   * Checks the backup and brings it back; durable when this returns.
   *
   * @param data the locked folder of the new server
   * @param database open alone
   * @param progress is told how many more bytes are checked or copied
   * @throws BackupDamaged if the backup is not what was made; then nothing was changed
   * @throws FileAlreadyExistsException if there is a server's file already; then nothing was
   *     changed
   * @throws DatabaseUnavailable if the database is in use, holds rows or fails
   */
  public static Restored run(
      Path backup, Path data, OpenDatabase database, Holdings holdings, LongConsumer progress)
      throws IOException, BackupDamaged {
    return new Restore(backup, data, database, holdings).run(progress);
  }

  private Restored run(LongConsumer progress) throws IOException, BackupDamaged {
    Sums.forEach(backup, entry -> examine(entry, progress));
    if (!hasRows) {
      throw new BackupDamaged("The backup " + backup + " has lost its rows.");
    }
    makeRoom();
    NewFiles target = new NewFiles(data);
    Sums.forEach(backup, entry -> copy(entry, target, progress));
    long rows;
    try (InputStream in = NewFiles.open(backup.resolve(Backup.ROWS))) {
      rows = RowsFile.load(in, holdings.scripts(), database);
    }
    target.syncFolders();
    mark(DatabaseState.READY);
    return new Restored(new Backup.Content(rows, files, bytes), !keys.isEmpty());
  }

  private void examine(Sums.Entry entry, LongConsumer progress) throws IOException, BackupDamaged {
    String path = entry.path();
    if (path.equals(Backup.ROWS)) {
      hasRows = true;
    } else if (Backup.KEYS.contains(path)) {
      keys.add(path);
    } else if (holdings.isFeature(entry.feature())) {
      features.add(entry.feature());
    } else if (!path.equals(Sums.COUNT)) {
      throw new BackupDamaged(
          "Nobody here knows the file "
              + path
              + " of the backup "
              + backup
              + ". Install the plugin that it belongs to, or switch it on.");
    }
    Sums.check(backup, entry);
    progress.accept(Files.size(backup.resolve(path)));
  }

  private void makeRoom() throws FileAlreadyExistsException {
    DatabaseState state = database.read(DatabaseState::of);
    boolean cutOff = state.standing() == Standing.FILLING && state.other().equals(BACKUP);
    if (cutOff) {
      AllTables.drop(database);
    } else {
      refuseWhatIsThere();
      mark(new DatabaseState(Standing.FILLING, "restore", BACKUP));
    }
  }

  private void refuseWhatIsThere() throws FileAlreadyExistsException {
    if (!AllTables.isEmpty(database)) {
      throw new DatabaseUnavailable(
          "The database has tables already. Nothing was changed. Restore into an empty one.");
    }
    List<String> names = new ArrayList<>(keys);
    names.addAll(features);
    for (String name : names) {
      if (Files.exists(data.resolve(name))) {
        throw new FileAlreadyExistsException(
            data.resolve(name).toString(), null, "a server's data is there");
      }
    }
  }

  private void copy(Sums.Entry entry, NewFiles target, LongConsumer progress)
      throws IOException, BackupDamaged {
    if (entry.path().equals(Backup.ROWS) || entry.path().equals(Sums.COUNT)) {
      return;
    }
    NewFiles.Written written = target.copy(backup.resolve(entry.path()), entry.path());
    if (!written.digest().equals(entry.digest())) {
      throw Sums.changed(backup, entry);
    }
    files++;
    bytes += written.length();
    progress.accept(written.length());
  }

  private void mark(DatabaseState state) {
    database.<Void, RuntimeException>write(
        handle -> {
          state.put(handle);
          return null;
        });
  }
}
