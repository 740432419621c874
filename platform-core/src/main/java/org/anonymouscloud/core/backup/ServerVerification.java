package org.anonymouscloud.core.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.copy.AllTables;
import org.anonymouscloud.core.plugin.FeatureData.Hold;
import org.anonymouscloud.core.plugin.FeatureData.StoredFile;
import org.anonymouscloud.core.plugin.Terminal.Progress;
import org.jdbi.v3.core.Handle;

/** Looks whether all is there that a server should have. Not thread-safe. */
public final class ServerVerification {
  private final Path data;
  private final OpenDatabase database;
  private final Holdings holdings;
  private final List<String> missing = new ArrayList<>();
  private final Set<String> shortened = new TreeSet<>();
  private final List<String> unreadable = new ArrayList<>();
  private final List<String> damaged = new ArrayList<>();
  private final Set<String> absent = new TreeSet<>();
  private long files;
  private long bytes;

  private ServerVerification(Path data, OpenDatabase database, Holdings holdings) {
    this.data = data;
    this.database = database;
    this.holdings = holdings;
  }

  /**
   * What was found.
   *
   * @param missing files that rows name and that are not there, or are too short
   * @param shortened those that are too short
   * @param unreadable files that may be there, and cannot be read
   * @param damaged files that are no longer what was received: too long, or they were read
   * @param foreign what lies among the files and is named by no row; it does no harm and takes room
   * @param absent features that are not there; whether their files are is not known
   */
  public record Found(
      Backup.Content content,
      List<String> missing,
      Set<String> shortened,
      List<String> unreadable,
      List<String> damaged,
      Set<String> foreign,
      Set<String> absent) {}

  /**
   * Reads every row of a server, which may be running, and looks for every file that they name.
   *
   * @param data the server's folder
   * @throws org.anonymouscloud.core.database.DatabaseUnavailable if the database is damaged
   */
  public static Found quick(Path data, OpenDatabase database, Holdings holdings)
      throws IOException {
    try (Hold _ = holdings.hold(data)) {
      ServerVerification server = new ServerVerification(data, database, holdings);
      return server.found(server.look(Writer.nullWriter()));
    }
  }

  /**
   * The same, and reads every byte of those files, which is slow: nothing is deleted meanwhile.
   *
   * @param progress begins to tell how far it is, when it is known how many bytes there are
   */
  public static Found rereading(
      Path data, OpenDatabase database, Holdings holdings, LongFunction<Progress> progress)
      throws IOException {
    try (Hold _ = holdings.hold(data)) {
      return new ServerVerification(data, database, holdings).rereading(progress);
    }
  }

  private Found rereading(LongFunction<Progress> progress) throws IOException {
    Path list = Files.createTempFile("anoncloud", ".files");
    try {
      long rows;
      try (Writer named = Files.newBufferedWriter(list, UTF_8)) {
        rows = look(named);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
      // After the transaction: reading may take hours.
      try (Progress bar = progress.apply(bytes)) {
        NamedFiles.forEach(list, file -> reread(file, bar));
      }
      return found(rows);
    } finally {
      Files.delete(list);
    }
  }

  /** Reads the rows, and looks for the files that they name; those that are there are listed. */
  private long look(Writer list) {
    return database.read(
        handle -> {
          DatabaseState.of(handle).checkServed();
          long rows = AllTables.readAll(handle, database.byteOrder());
          absent.addAll(holdings.absent(AllTables.owners(handle)));
          holdings.files(handle, (feature, file) -> look(feature, file, list));
          return rows;
        });
  }

  private void look(String feature, StoredFile file, Writer list) {
    files++;
    bytes += file.length();
    String path = feature + "/" + file.path();
    long length;
    try {
      length = NewFiles.length(data.resolve(path));
    } catch (NewFiles.Unreadable e) {
      unreadable.add(path);
      return;
    }
    if (length == file.length()) {
      NamedFiles.add(list, feature, file);
    } else if (length > file.length()) {
      damaged.add(path);
    } else {
      missing.add(path);
      if (length >= 0) {
        shortened.add(path);
      }
    }
  }

  private void reread(StoredFile file, Progress bar) {
    try (InputStream content = NewFiles.open(data.resolve(file.path()))) {
      if (!Checksum.of(content).equals(file.checksum())) {
        damaged.add(file.path());
      }
    } catch (IOException e) {
      // The rest is read all the same.
      unreadable.add(file.path());
    }
    bar.step(file.length());
  }

  private Found found(long rows) throws IOException {
    Set<String> foreign = database.read(this::foreign);
    // What was on its way is a file by now, or gone.
    foreign.retainAll(database.read(this::foreign));
    database.checkForDamage();
    return new Found(
        new Backup.Content(rows, files, bytes),
        missing,
        shortened,
        unreadable,
        damaged,
        foreign,
        absent);
  }

  private Set<String> foreign(Handle rows) throws IOException {
    return holdings.foreign(rows, data);
  }
}
