package org.anonymouscloud.core.backup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.session.Fingerprint;

/**
 * A folder of backups of one server, each a folder of its own that is named by the time when it was
 * made and is whole by itself. Locked while it is open, so that two commands do not clear each
 * other's work away. Not thread-safe.
 */
public final class BackupPlace implements AutoCloseable {
  private static final String LOCK = ".lock";
  private static final int MAX_FINGERPRINT = 64;

  /** What begins so is not finished, or on its way out. */
  private static final String HIDDEN = ".part-";

  private static final Pattern NAME =
      Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}Z");

  private static final DateTimeFormatter NAMES =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Path folder;
  private final FileChannel lock;

  private BackupPlace(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Opens a place, or makes it. What a backup that was cut off has left there is deleted.
   *
   * @param folder does not exist, is empty, or holds backups and nothing else
   * @throws DirectoryNotEmptyException if something else is there
   * @throws IOException if another backup is being made there, or the disk fails
   */
  public static BackupPlace open(Path folder) throws IOException {
    PrivateFile.createFolder(folder);
    try (DirectoryStream<Path> there = Files.newDirectoryStream(folder)) {
      for (Path path : there) {
        String name = path.getFileName().toString();
        if (!name.equals(LOCK) && !name.startsWith(HIDDEN) && !NAME.matcher(name).matches()) {
          throw new DirectoryNotEmptyException(folder.toString());
        }
      }
    }
    FileChannel lock = PrivateFile.openLock(folder.resolve(LOCK));
    try {
      if (lock.tryLock() == null) {
        throw new IOException("Another backup is being made in " + folder + ". Wait for its end.");
      }
      BackupPlace place = new BackupPlace(folder, lock);
      place.sweep();
      return place;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * The backup that a folder is, or the newest of those in it. It may be damaged.
   *
   * @throws NoSuchFileException if there is no such folder
   * @throws IOException if there is no finished backup
   */
  public static Path backup(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      throw new NoSuchFileException(folder.toString());
    }
    // What has the name of a finished one and not its list has lost that.
    if (Files.exists(folder.resolve(Sums.FILE))
        || NAME.matcher(String.valueOf(folder.toRealPath().getFileName())).matches()) {
      return folder;
    }
    List<Path> all = backups(folder);
    if (all.isEmpty()) {
      throw new IOException("There is no finished backup in " + folder + ".");
    }
    return all.getLast();
  }

  /** The backups in a folder, the oldest first. */
  private static List<Path> backups(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> NAME.matcher(path.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
  }

  /**
   * The server whose backups are there: that of the newest one.
   *
   * @return empty if there is none, or it does not say whose it is
   */
  public Optional<Fingerprint> server() throws IOException {
    Optional<Path> newest = newest();
    return newest.isPresent() ? server(newest.get()) : Optional.empty();
  }

  /** The server a backup belongs to; empty if it does not say so. */
  static Optional<Fingerprint> server(Path backup) throws IOException {
    try {
      return Optional.of(
          new Fingerprint(BackupFiles.text(backup, Backup.SERVER, MAX_FINGERPRINT).strip()));
    } catch (BackupDamaged | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  Path folder() {
    return folder;
  }

  Optional<Path> newest() throws IOException {
    List<Path> all = backups(folder);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /** Makes a folder for a backup that is not finished. */
  Path begin() throws IOException {
    Path begun = folder.resolve(HIDDEN + "new");
    PrivateFile.createFolder(begun);
    return begun;
  }

  /**
   * Deletes what there is of a backup that was not finished, so that it takes no space: it may be
   * on the server's own disk.
   *
   * @param why is told if that fails, too; the next {@link #open} deletes it then
   */
  void abandon(Path begun, Exception why) {
    try {
      delete(begun);
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }

  /** Gives a finished backup its name, which comes after those of all others. */
  Path finish(Path begun, Instant now) throws IOException {
    Instant time = now.truncatedTo(ChronoUnit.SECONDS);
    Optional<Path> newest = newest();
    if (newest.isPresent()) {
      String last = newest.get().getFileName().toString();
      Instant after = NAMES.parse(last, Instant::from).plusSeconds(1);
      time = after.isAfter(time) ? after : time;
    }
    Path finished = folder.resolve(NAMES.format(time));
    Files.move(begun, finished, StandardCopyOption.ATOMIC_MOVE);
    sync();
    return finished;
  }

  /**
   * Deletes a server's oldest backups; those that stay lose nothing, and another server's all stay.
   *
   * @param keep how many stay, from 1
   * @return how many were deleted
   */
  public int prune(Fingerprint server, int keep) throws IOException {
    List<Path> all = new ArrayList<>();
    for (Path backup : backups(folder)) {
      if (server(backup).equals(Optional.of(server))) {
        all.add(backup);
      }
    }
    int deleted = 0;
    while (all.size() > keep) {
      Path oldest = all.removeFirst();
      // Under this name nobody takes half of one for a backup.
      Path hidden = folder.resolve(HIDDEN + oldest.getFileName());
      Files.move(oldest, hidden, StandardCopyOption.ATOMIC_MOVE);
      sync();
      delete(hidden);
      deleted++;
    }
    return deleted;
  }

  private void sweep() throws IOException {
    try (DirectoryStream<Path> hidden = Files.newDirectoryStream(folder, HIDDEN + "*")) {
      for (Path path : hidden) {
        delete(path);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.toList();
    }
    for (Path path : all.reversed()) {
      Files.delete(path);
    }
  }

  private void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
