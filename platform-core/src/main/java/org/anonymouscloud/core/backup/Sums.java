package org.anonymouscloud.core.backup;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
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

    /** Whether it is a file of a feature: a backup without it can still be brought back. */
    boolean isOfFeature() {
      return !folder().isEmpty() && !folder().equals(Backup.PLUGINS);
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
    try (BufferedReader lines = Files.newBufferedReader(backup.resolve(FILE), US_ASCII)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
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
    } catch (CharacterCodingException e) {
      throw new BackupDamaged("The list " + backup.resolve(FILE) + " is damaged.");
    }
    if (!last.equals(COUNT)
        || !Files.readString(backup.resolve(COUNT), US_ASCII).equals(count - 1 + "\n")) {
      throw new BackupDamaged("The list " + backup.resolve(FILE) + " has lost a line.");
    }
  }

  /** Reads the file to its end and compares; false too if it is not there. */
  static boolean isWhole(Path backup, Entry entry) throws IOException {
    try {
      return NewFiles.digest(backup.resolve(entry.path())).equals(entry.digest());
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  static BackupDamaged changed(Path backup, Entry entry) {
    return new BackupDamaged(
        "The file "
            + entry.path()
            + " of the backup "
            + backup
            + " is not what was put there, or is gone.");
  }
}
