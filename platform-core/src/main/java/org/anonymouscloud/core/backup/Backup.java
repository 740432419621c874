package org.anonymouscloud.core.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.copy.AllTables;
import org.anonymouscloud.core.database.copy.RowsFile;
import org.anonymouscloud.core.plugin.FeatureData.Hold;
import org.anonymouscloud.core.plugin.FeatureData.StoredFile;

/**
 * Makes a backup of a server, which may go on running: the rows of one state, and each file that
 * those rows name. Files are kept from being deleted from before the rows are read until the last
 * of them is copied. The server's keys are no part of it ({@link ServerKeys}). Not thread-safe.
 */
public final class Backup {
  static final String ROWS = "rows";

  /** The owner's settings, but for where the server and its database are. */
  static final String SETTINGS = "anoncloud.conf";

  /** The folder of installed plugins. */
  static final String PLUGINS = "plugins";

  /** The fingerprint of the server's key. */
  static final String SERVER = "server";

  /** The files that rows name and that neither the server nor the backup before had. */
  static final String LOST = "lost";

  /** The files that were not what their rows say when they were copied. */
  static final String CHANGED = "changed";

  private static final String UNFINISHED = ".unfinished";
  private static final String FILES = ".files";

  private final Path data;
  private final OpenDatabase database;
  private final Holdings holdings;
  private final Path target;
  private final Reserve reserve;
  private final NewFiles files;

  /** The backup before this one, and the digests of its files. */
  private final Optional<Path> before;

  private final Map<String, Digest> known;

  /** Of those, the ones that the server's disk had changed already. */
  private final Set<String> changedBefore;

  private final Reuse reuse;
  private long listed;
  private long bytes;
  private long copied;
  private Set<String> absent = Set.of();
  private final List<String> onlyBefore = new ArrayList<>();
  private final List<String> lost = new ArrayList<>();
  private final Set<String> shortened = new HashSet<>();
  private final Set<String> lengthened = new HashSet<>();
  private final Set<String> unreadable = new HashSet<>();
  private final List<String> damaged = new ArrayList<>();
  private final List<String> changed = new ArrayList<>();

  private Backup(
      Path data,
      OpenDatabase database,
      Holdings holdings,
      Path target,
      Reserve reserve,
      Optional<Path> before,
      Reuse reuse)
      throws IOException {
    this.data = data;
    this.database = database;
    this.holdings = holdings;
    this.target = target;
    this.reserve = reserve;
    this.files = new NewFiles(target, reserve);
    this.before = before;
    Known there = before.isPresent() ? Known.of(before.get()) : Known.NOTHING;
    this.known = there.digests();
    this.changedBefore = there.changed();
    this.reuse = reuse;
  }

  /** Which files of the backup before this one are not copied again. */
  public enum Reuse {
    /** Those that have the length that the row says. */
    BY_LENGTH,
    /** Those that were read, and are what was put there. */
    BY_CONTENT
  }

  /**
   * What is in a backup.
   *
   * @param files all but that of the rows
   */
  public record Content(long rows, long files, long bytes) {}

  /**
   * A backup that was made.
   *
   * @param copied bytes that no backup before it had
   * @param onlyBefore files that the server no longer has, or not as they came, but this backup
   *     does, from the one before
   * @param lost files that rows name and this backup does not have either
   * @param shortened those of both that the server still has a part of
   * @param lengthened those that the server has longer than they came
   * @param unreadable those of both that the server may have whole, but that cannot be read
   * @param damaged files of the backup before that are not what was put there; this backup has them
   *     anew, or they are lost
   * @param changed files that the server's disk has changed since they came, and that the backup
   *     before does not have whole; this one has them as they are, and says so
   * @param absent features that are not there; this backup has their rows and all that lies in
   *     their folders
   */
  public record Made(
      Path folder,
      Content content,
      long copied,
      List<String> onlyBefore,
      List<String> lost,
      Set<String> shortened,
      Set<String> lengthened,
      Set<String> unreadable,
      List<String> damaged,
      List<String> changed,
      Set<String> absent) {}

  /**
   * Makes a backup, durable when this returns. Files that the newest backup of the place has are
   * not copied again.
   *
   * @param data the server's folder
   * @param belongings what the server has besides
   * @param place whose newest backup, if there is one, is of the same server
   * @param now becomes its name
   * @param progress is told how many more bytes are in it
   * @throws IOException if the backup cannot be written, or would take from a disk what the server
   *     needs of it; then there is no new one, nor a part of it
   */
  public static Made make(
      Path data,
      OpenDatabase database,
      Holdings holdings,
      Belongings belongings,
      BackupPlace place,
      Reuse reuse,
      Instant now,
      LongConsumer progress)
      throws IOException {
    Optional<Path> before = place.newest();
    Path target = place.begin();
    Backup backup;
    Content content;
    Path finished;
    try {
      Reserve reserve = Reserve.of(place.folder(), data);
      backup = new Backup(data, database, holdings, target, reserve, before, reuse);
      content = backup.make(belongings, progress);
      finished = place.finish(target, now);
    } catch (IOException e) {
      place.abandon(target, e);
      throw NewFiles.named(e, place.folder());
    } catch (RuntimeException e) {
      place.abandon(target, e);
      throw e;
    }
    return new Made(
        finished,
        content,
        backup.copied,
        backup.onlyBefore,
        backup.lost,
        backup.shortened,
        backup.lengthened,
        backup.unreadable,
        backup.damaged,
        backup.changed,
        backup.absent);
  }

  /**
   * What the list of a backup says.
   *
   * @param changed those that are not what their rows say
   */
  private record Known(Map<String, Digest> digests, Set<String> changed) {
    static final Known NOTHING = new Known(Map.of(), Set.of());

    /** Of a damaged backup nothing is taken: all is copied again. */
    static Known of(Path backup) throws IOException {
      Map<String, Digest> digests = new HashMap<>();
      Set<String> changed = new HashSet<>();
      try {
        Sums.forEach(
            backup,
            entry -> {
              digests.put(entry.path(), entry.digest());
              if (entry.path().equals(CHANGED)) {
                changed.addAll(Sums.paths(backup, entry));
              }
            });
        return new Known(digests, changed);
      } catch (BackupDamaged e) {
        return NOTHING;
      }
    }
  }

  private Content make(Belongings belongings, LongConsumer progress) throws IOException {
    long rows;
    Path sums = target.resolve(UNFINISHED);
    try (Hold _ = holdings.hold(data);
        FileChannel channel = files.create(UNFINISHED);
        Writer list = new BufferedWriter(Channels.newWriter(channel, UTF_8))) {
      rows = readDatabase();
      reserve.require(newBytes());
      try (InputStream written = NewFiles.open(target.resolve(ROWS))) {
        list(Digest.sha256(written), ROWS, list);
      }
      write(belongings.server().text() + "\n", SERVER, list);
      if (belongings.settings().isPresent()) {
        write(belongings.settings().get(), SETTINGS, list);
      }
      belongings
          .plugins()
          .forEachFile(
              file -> {
                var _ = copy(file, PLUGINS + "/" + file.getFileName(), list, progress);
              });
      copyFiles(list, progress);
      for (String feature : absent) {
        copyFolder(feature, list, progress);
      }
      Files.delete(target.resolve(FILES));
      writePaths(lost, LOST, list);
      writePaths(changed, CHANGED, list);
      write(listed + "\n", Sums.COUNT, list);
      list.flush();
      channel.force(true);
    }
    files.syncFolders();
    Files.move(sums, target.resolve(Sums.FILE), StandardCopyOption.ATOMIC_MOVE);
    files.syncFolders();
    int lists = (lost.isEmpty() ? 0 : 1) + (changed.isEmpty() ? 0 : 1);
    return new Content(rows, listed - Sums.OWN_ENTRIES - lists, bytes);
  }

  /** Writes the rows, and a list of the files that they name. */
  private long readDatabase() throws IOException {
    try (FileChannel rows = files.create(ROWS);
        OutputStream out = files.output(rows);
        FileChannel named = files.create(FILES);
        Writer list = new BufferedWriter(new OutputStreamWriter(files.output(named), UTF_8))) {
      long count =
          database.<Long, IOException>read(
              handle -> {
                DatabaseState.of(handle).checkServed();
                absent = holdings.absent(AllTables.owners(handle));
                long written = RowsFile.write(handle, database.byteOrder(), out);
                holdings.files(handle, (feature, file) -> NamedFiles.add(list, feature, file));
                return written;
              });
      rows.force(true);
      bytes += rows.size();
      copied += rows.size();
      return count;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** What the files take, at least, that the backup before does not have. */
  private long newBytes() throws IOException {
    AtomicLong sum = new AtomicLong();
    NamedFiles.forEach(
        target.resolve(FILES),
        file -> {
          if (!known.containsKey(file.path()) && length(file.path()) >= 0) {
            sum.addAndGet(file.length());
          }
        });
    return sum.get();
  }

  private void list(Digest digest, String path, Writer sums) throws IOException {
    sums.write(Sums.line(digest, path));
    listed++;
  }

  private void write(String text, String path, Writer sums) throws IOException {
    byte[] content = text.getBytes(UTF_8);
    try (FileChannel file = files.create(path)) {
      Channels.newOutputStream(file).write(content);
      file.force(true);
    }
    list(Digest.sha256(content), path, sums);
    bytes += content.length;
    copied += content.length;
  }

  private void writePaths(List<String> paths, String name, Writer sums) throws IOException {
    if (!paths.isEmpty()) {
      write(String.join("\n", paths) + "\n", name, sums);
    }
  }

  private void copyFiles(Writer sums, LongConsumer progress) throws IOException {
    NamedFiles.forEach(
        target.resolve(FILES),
        file -> {
          String path = file.path();
          long there = length(path);
          // What is too long has other bytes than came; of what is too short some are lost.
          boolean here = there >= file.length();
          if (!here && there >= 0) {
            shortened.add(path);
          }
          // What was wrong may have been put right; what is wrong is more than nothing.
          boolean wrong = changedBefore.contains(path);
          Optional<Checksum> copied = Optional.empty();
          if (wrong && here) {
            copied = tryCopy(data.resolve(path), path, sums, progress);
            here = copied.isPresent();
          }
          if (copied.isEmpty() && link(file, wrong, sums)) {
            progress.accept(file.length());
            if (wrong) {
              changed.add(path);
            }
            if (there > file.length()) {
              lengthened.add(path);
            }
            if (!here || there > file.length()) {
              onlyBefore.add(path);
            }
            return;
          }
          if (copied.isEmpty() && here) {
            copied = tryCopy(data.resolve(path), path, sums, progress);
          }
          if (copied.isEmpty()) {
            lost.add(path);
          } else if (!copied.get().equals(file.checksum())) {
            changed.add(path);
          }
        });
  }

  /** Of a server's file; -1 also if it cannot be read: then the rest is copied all the same. */
  private long length(String path) {
    try {
      return NewFiles.length(data.resolve(path));
    } catch (NewFiles.Unreadable e) {
      unreadable.add(path);
      return -1;
    }
  }

  /** Empty if the file cannot be read. */
  private Optional<Checksum> tryCopy(Path from, String path, Writer sums, LongConsumer progress)
      throws IOException {
    try {
      return Optional.of(copy(from, path, sums, progress));
    } catch (NewFiles.Unreadable e) {
      unreadable.add(path);
      return Optional.empty();
    }
  }

  /** Of a feature that is not there nobody knows which files its rows name. */
  private void copyFolder(String feature, Writer sums, LongConsumer progress) throws IOException {
    if (!Files.isDirectory(data.resolve(feature))) {
      return;
    }
    // The folder itself may be on another disk, by a link.
    Path folder = data.resolve(feature).toRealPath();
    List<Path> all = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              all.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path closed, IOException why) {
            String path = below(feature, folder, closed);
            if (Sums.canList(path)) {
              unreadable.add(path);
              lost.add(path);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    for (Path file : all) {
      String path = below(feature, folder, file);
      if (Sums.canList(path) && tryCopy(file, path, sums, progress).isEmpty()) {
        lost.add(path);
      }
    }
  }

  private static String below(String feature, Path folder, Path file) {
    return Path.of(feature).resolve(folder.relativize(file)).toString();
  }

  /**
   * Takes a file from the backup before, where it is the same; false if it is not there.
   *
   * @param wrong whether it is known not to be what its row says
   */
  private boolean link(StoredFile file, boolean wrong, Writer sums) throws IOException {
    String path = file.path();
    Digest digest = known.get(path);
    if (digest == null || before.isEmpty()) {
      return false;
    }
    Path old = before.get().resolve(path);
    if (!isWhole(before.get(), file, digest, wrong)) {
      damaged.add(path);
      return false;
    }
    if (!files.link(old, path)) {
      return false;
    }
    list(digest, path, sums);
    bytes += file.length();
    return true;
  }

  /** Whether the backup before has a file as it was put there, as far as that is looked at. */
  private boolean isWhole(Path before, StoredFile file, Digest digest, boolean wrong) {
    try {
      return NewFiles.length(before.resolve(file.path())) == file.length()
          && (reuse == Reuse.BY_LENGTH
              || BackupFiles.isWhole(
                  before,
                  file.path(),
                  digest,
                  wrong ? Optional.empty() : Optional.of(file.checksum())));
    } catch (IOException e) {
      // What cannot be read is of no more use than what was changed.
      return false;
    }
  }

  private Checksum copy(Path from, String path, Writer sums, LongConsumer progress)
      throws IOException {
    NewFiles.Written written = files.copy(from, path);
    list(written.digest(), path, sums);
    bytes += written.length();
    copied += written.length();
    progress.accept(written.length());
    return written.checksum();
  }
}
