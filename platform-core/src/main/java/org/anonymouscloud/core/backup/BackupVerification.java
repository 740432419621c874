package org.anonymouscloud.core.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.anonymouscloud.core.database.copy.RowsFile;

/** Looks whether a backup is whole. Stateless. */
public final class BackupVerification {
  private BackupVerification() {}

  /**
   * What was found.
   *
   * @param damaged files of features that are not what was put there
   * @param gone files of features that are not there any more
   * @param unreadable files of features that are there and cannot be read
   * @param lost files that the server had lost already
   * @param changed files that the server's disk had changed already
   */
  public record Found(
      Backup.Content content,
      List<String> damaged,
      List<String> gone,
      List<String> unreadable,
      List<String> lost,
      List<String> changed) {}

  /**
   * Reads every byte of a backup and compares it with what was put there.
   *
   * @param progress is told how many more bytes are read
   * @throws BackupDamaged if something is damaged without which nothing can be brought back
   */
  public static Found of(Path backup, LongConsumer progress) throws IOException, BackupDamaged {
    AtomicLong files = new AtomicLong();
    AtomicLong bytes = new AtomicLong();
    List<String> damaged = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    Sums.forEach(
        backup,
        entry -> {
          Sums.State state = Sums.state(backup, entry);
          if (state != Sums.State.WHOLE && !entry.canBeLeftOut()) {
            throw Sums.changed(backup, entry);
          }
          switch (state) {
            case WHOLE -> {
              long size = Files.size(backup.resolve(entry.path()));
              bytes.addAndGet(size);
              progress.accept(size);
            }
            case CHANGED -> damaged.add(entry.path());
            case GONE -> gone.add(entry.path());
            case UNREADABLE -> unreadable.add(entry.path());
          }
          switch (entry.path()) {
            case Backup.LOST -> lost.addAll(Sums.paths(backup, entry));
            case Backup.CHANGED -> changed.addAll(Sums.paths(backup, entry));
            default -> files.incrementAndGet();
          }
        });
    try (InputStream rows = BackupFiles.open(backup, Backup.ROWS)) {
      Backup.Content content =
          new Backup.Content(RowsFile.check(rows), files.get() - Sums.OWN_ENTRIES, bytes.get());
      return new Found(content, damaged, gone, unreadable, lost, changed);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new BackupDamaged("The backup " + backup + " has lost its rows.");
    }
  }
}
