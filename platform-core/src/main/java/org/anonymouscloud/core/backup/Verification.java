package org.anonymouscloud.core.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.copy.AllTables;
import org.anonymouscloud.core.database.copy.RowsFile;
import org.anonymouscloud.core.plugin.FeatureData.Hold;
import org.anonymouscloud.core.plugin.FeatureData.StoredFile;

/** Looks whether all is there that should be. Stateless. */
public final class Verification {
  private Verification() {}

  /**
   * What was found.
   *
   * @param missing files that rows name and that are not there, or have another length
   * @param foreign what lies among the files and is named by no row; it does no harm and takes room
   * @param absent features that are not there; whether their files are is not known
   */
  public record Found(
      Backup.Content content, List<String> missing, Set<String> foreign, Set<String> absent) {}

  /**
   * What was found in a backup.
   *
   * @param damaged files of features that are not what was put there
   * @param lost files that the server had lost already
   */
  public record InBackup(Backup.Content content, List<String> damaged, List<String> lost) {}

  /**
   * Reads every row of a server, which may be running, and looks for every file that they name.
   *
   * @param data the server's folder
   * @throws org.anonymouscloud.core.database.DatabaseUnavailable if the database is damaged
   */
  public static Found ofServer(Path data, OpenDatabase database, Holdings holdings)
      throws IOException {
    try (Hold _ = holdings.hold(data)) {
      List<String> missing = new ArrayList<>();
      Set<String> absent = new TreeSet<>();
      AtomicLong files = new AtomicLong();
      AtomicLong bytes = new AtomicLong();
      long rows =
          database.read(
              handle -> {
                DatabaseState.of(handle).checkServed();
                long count = AllTables.readAll(handle, database.byteOrder());
                absent.addAll(holdings.absent(AllTables.owners(handle)));
                holdings.files(
                    handle,
                    (feature, file) -> {
                      files.incrementAndGet();
                      bytes.addAndGet(file.length());
                      if (isClosed(data.resolve(feature).resolve(file.path()))) {
                        throw new UncheckedIOException(
                            new AccessDeniedException(data.resolve(feature) + "/" + file.path()));
                      }
                      if (!isThere(data.resolve(feature), file)) {
                        missing.add(feature + "/" + file.path());
                      }
                    });
                return count;
              });
      Set<String> foreign = database.read(handle -> holdings.foreign(handle, data));
      // What was on its way is a file by now, or gone.
      foreign.retainAll(database.read(handle -> holdings.foreign(handle, data)));
      database.checkForDamage();
      return new Found(
          new Backup.Content(rows, files.get(), bytes.get()), missing, foreign, absent);
    }
  }

  /** Whether the file may be there, and another user's. It is not lost then. */
  private static boolean isClosed(Path file) {
    Path there = file;
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return !Files.isReadable(there);
  }

  private static boolean isThere(Path folder, StoredFile file) {
    try {
      return Files.size(folder.resolve(file.path())) == file.length();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Reads every byte of a backup and compares it with what was put there.
   *
   * @param progress is told how many more bytes are read
   * @throws BackupDamaged if what is damaged is no file of a feature, without which nothing can be
   *     brought back
   */
  public static InBackup ofBackup(Path backup, LongConsumer progress)
      throws IOException, BackupDamaged {
    AtomicLong files = new AtomicLong();
    AtomicLong bytes = new AtomicLong();
    List<String> damaged = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    Sums.forEach(
        backup,
        entry -> {
          if (Sums.isWhole(backup, entry)) {
            long size = Files.size(backup.resolve(entry.path()));
            bytes.addAndGet(size);
            progress.accept(size);
          } else if (entry.isOfFeature()) {
            damaged.add(entry.path());
          } else {
            throw Sums.changed(backup, entry);
          }
          if (entry.path().equals(Backup.LOST)) {
            lost.addAll(Sums.lost(backup));
          } else {
            files.incrementAndGet();
          }
        });
    try (InputStream rows = BackupFiles.open(backup, Backup.ROWS)) {
      Backup.Content content =
          new Backup.Content(RowsFile.check(rows), files.get() - Sums.OWN_ENTRIES, bytes.get());
      return new InBackup(content, damaged, lost);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new BackupDamaged("The backup " + backup + " has lost its rows.");
    }
  }
}
