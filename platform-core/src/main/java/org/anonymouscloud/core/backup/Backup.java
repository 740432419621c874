package org.anonymouscloud.core.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.LongConsumer;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.copy.RowsFile;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.plugin.FeatureData.Hold;

/**
 * Makes a backup of a server, which may go on running: the rows of one state, and each file that
 * those rows name. Files are kept from being deleted from before the rows are read until the last
 * of them is copied. Not thread-safe.
 */
public final class Backup {
  static final String ROWS = "rows";

  /** What is not in the database and cannot be made again. */
  static final List<String> KEYS = List.of("server.key", "server.secrets");

  private static final String UNFINISHED = ".unfinished";
  private static final String FILES = ".files";

  private final Path data;
  private final OpenDatabase database;
  private final Holdings holdings;
  private final Path target;
  private final NewFiles files;
  private long listed;
  private long bytes;
  private long copied;

  private Backup(Path data, OpenDatabase database, Holdings holdings, Path target) {
    this.data = data;
    this.database = database;
    this.holdings = holdings;
    this.target = target;
    this.files = new NewFiles(target);
  }

  /** What is in a backup. */
  public record Content(long rows, long files, long bytes) {}

  /**
   * Makes a backup, durable when this returns.
   *
   * @param data the server's folder
   * @param target does not exist, or is empty
   * @param withKeys whether the server's keys are in it; without them it is worth less to a thief,
   *     and the server cannot be brought back by it alone
   * @param progress is told how many more bytes are copied
   * @throws IOException if a file cannot be read or written, or one that a row names is not there;
   *     then {@code target} is no backup
   */
  public static Content make(
      Path data,
      OpenDatabase database,
      Holdings holdings,
      Path target,
      boolean withKeys,
      LongConsumer progress)
      throws IOException {
    PrivateFile.createFolder(target);
    try (DirectoryStream<Path> old = Files.newDirectoryStream(target)) {
      if (old.iterator().hasNext()) {
        throw new DirectoryNotEmptyException(target.toString());
      }
    }
    return new Backup(data, database, holdings, target).make(withKeys, progress);
  }

  private Content make(boolean withKeys, LongConsumer progress) throws IOException {
    long rows;
    Path sums = target.resolve(UNFINISHED);
    try (Hold _ = holdings.hold(data);
        FileChannel channel = files.create(UNFINISHED);
        Writer list = new BufferedWriter(Channels.newWriter(channel, UTF_8))) {
      rows = readDatabase();
      try (InputStream written = NewFiles.open(target.resolve(ROWS))) {
        list(Digest.sha256(written), ROWS, list);
      }
      if (withKeys) {
        for (String key : KEYS) {
          copy(data.resolve(key), key, list, progress);
        }
      }
      copyFiles(list, progress);
      Files.delete(target.resolve(FILES));
      writeCount(list);
      list.flush();
      channel.force(true);
    }
    files.syncFolders();
    Files.move(sums, target.resolve(Sums.FILE), StandardCopyOption.ATOMIC_MOVE);
    files.syncFolders();
    return new Content(rows, copied, bytes);
  }

  /** Writes the rows, and a list of the files that they name. */
  private long readDatabase() throws IOException {
    try (FileChannel rows = files.create(ROWS);
        OutputStream out = Channels.newOutputStream(rows);
        FileChannel named = files.create(FILES);
        Writer list = new BufferedWriter(Channels.newWriter(named, UTF_8))) {
      long count =
          database.<Long, IOException>read(
              handle -> {
                DatabaseState.of(handle).checkServed();
                long written =
                    RowsFile.write(handle, holdings.scripts(), database.byteOrder(), out);
                holdings.files(
                    handle,
                    (feature, file) -> {
                      try {
                        list.write(file.length() + " " + feature + "/" + file.path() + "\n");
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    });
                return written;
              });
      rows.force(true);
      bytes += rows.size();
      return count;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void list(Digest digest, String path, Writer sums) throws IOException {
    sums.write(Sums.line(digest, path));
    listed++;
  }

  private void writeCount(Writer sums) throws IOException {
    byte[] count = (listed + "\n").getBytes(UTF_8);
    try (FileChannel file = files.create(Sums.COUNT)) {
      Channels.newOutputStream(file).write(count);
      file.force(true);
    }
    list(Digest.sha256(count), Sums.COUNT, sums);
  }

  private void copyFiles(Writer sums, LongConsumer progress) throws IOException {
    try (BufferedReader list = Files.newBufferedReader(target.resolve(FILES), UTF_8)) {
      for (String line = list.readLine(); line != null; line = list.readLine()) {
        int space = line.indexOf(' ');
        String path = line.substring(space + 1);
        long length = copy(data.resolve(path), path, sums, progress);
        if (length != Long.parseLong(line.substring(0, space))) {
          throw new IOException(
              "The server's file "
                  + path
                  + " has not the length that its row says. 'anoncloud admin verify' names all such"
                  + " files. No backup was made.");
        }
        copied++;
      }
    }
  }

  private long copy(Path from, String path, Writer sums, LongConsumer progress) throws IOException {
    NewFiles.Written written;
    try {
      written = files.copy(from, path);
    } catch (NoSuchFileException e) {
      throw new IOException(
          "The server has lost its file "
              + path
              + ". 'anoncloud admin verify' names all such files. No backup was made.",
          e);
    }
    list(written.digest(), path, sums);
    bytes += written.length();
    progress.accept(written.length());
    return written.length();
  }
}
