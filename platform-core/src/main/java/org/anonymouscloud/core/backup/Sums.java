package org.anonymouscloud.core.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.Digest;

/**
 * The list of a backup's files with their SHA-256 digests, as {@code sha256sum} writes and checks
 * it. It is written last: a folder without it is no backup. Stateless.
 */
final class Sums {
  static final String FILE = "SHA256SUMS";

  /** The last file of the list says how many come before it, so that no line can be lost. */
  static final String COUNT = "count";

  /** Entries that each list has: the rows, whose they are, and the count. */
  static final int OWN_ENTRIES = 3;

  /** A path goes downwards only, and its parts are no hidden files. */
  private static final Pattern PATH =
      Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*");

  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (" + PATH.pattern() + ")");

  /** No path that a file system takes is as long. */
  private static final int MAX_LINE = 8192;

  private static final int MAX_COUNT = 32;
  private static final int MAX_PATHS = 64 << 20;

  private Sums() {}

  /** Whether a file of this path can be in a backup. */
  static boolean canList(String path) {
    return PATH.matcher(path).matches();
  }

  static String line(Digest digest, String path) {
    String line = digest + "  " + path;
    if (!LINE.matcher(line).matches()) {
      throw new IllegalArgumentException("No file of a backup has such a name.");
    }
    return line + "\n";
  }

  /** A file that the list names. */
  record Entry(String path, Digest digest) {
    /** The folder that it lies in, mostly that of a feature; empty if in none. */
    String folder() {
      int slash = path.indexOf('/');
      return slash < 0 ? "" : path.substring(0, slash);
    }

    boolean isOfFeature() {
      return !folder().isEmpty() && !folder().equals(Backup.PLUGINS);
    }

    /** Whether a backup can be brought back without it: people's files, settings, plugins. */
    boolean canBeLeftOut() {
      return !folder().isEmpty() || path.equals(Backup.SETTINGS);
    }
  }

  /** What is done with each file. */
  interface Receiver {
    void accept(Entry entry) throws IOException, BackupDamaged;
  }

  /** Reads the list of a backup. */
  static void forEach(Path backup, Receiver receiver) throws IOException, BackupDamaged {
    long count = 0;
    String last = "";
    try (InputStream lines = BackupFiles.open(backup, FILE)) {
      for (String line = line(lines); !line.isEmpty(); line = line(lines)) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
          throw new BackupDamaged("The list " + backup.resolve(FILE) + " is damaged.");
        }
        receiver.accept(
            new Entry(parts.group(2), Digest.of(HexFormat.of().parseHex(parts.group(1)))));
        last = parts.group(2);
        count++;
      }
    } catch (NoSuchFileException e) {
      throw new BackupDamaged(
          backup + " is no backup, or one that was not finished: there is no " + FILE + " in it.");
    }
    if (!last.equals(COUNT)
        || !BackupFiles.text(backup, COUNT, MAX_COUNT).equals(count - 1 + "\n")) {
      throw new BackupDamaged("The list " + backup.resolve(FILE) + " has lost a line.");
    }
  }

  /** The paths that a file of a backup lists: of what it lacks, or has not as it should be. */
  static List<String> paths(Path backup, Entry list) throws IOException, BackupDamaged {
    if (!isWhole(backup, list)) {
      throw changed(backup, list);
    }
    return BackupFiles.text(backup, list.path(), MAX_PATHS).lines().toList();
  }

  /**
   * A line without its end; empty at the end of the list. One that is too long is no line of it.
   */
  private static String line(InputStream list) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = list.read(); next >= 0 && next != '\n'; next = list.read()) {
      line.append((char) next);
      if (line.length() > MAX_LINE) {
        break;
      }
    }
    return line.toString();
  }

  /** How a file of a backup is found. */
  enum State {
    WHOLE,
    CHANGED,
    GONE,
    UNREADABLE
  }

  /** Reads the file to its end and compares. */
  static State state(Path backup, Entry entry) {
    try {
      return BackupFiles.digest(backup, entry.path()).equals(entry.digest())
          ? State.WHOLE
          : State.CHANGED;
    } catch (NoSuchFileException e) {
      return State.GONE;
    } catch (IOException e) {
      return State.UNREADABLE;
    }
  }

  static boolean isWhole(Path backup, Entry entry) {
    return state(backup, entry) == State.WHOLE;
  }

  static BackupDamaged changed(Path backup, Entry entry) {
    return new BackupDamaged(
        "The file "
            + entry.path()
            + " of the backup "
            + backup
            + " is not what was put there, is gone, or cannot be read.");
  }
}
