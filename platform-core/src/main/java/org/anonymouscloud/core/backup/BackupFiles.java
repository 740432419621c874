package org.anonymouscloud.core.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.core.crypto.Digest;

/**
 * Reads the files of a backup: ordinary ones that lie in it. What is a link, or is reached by one,
 * or is something else that has a name, is not there. Stateless.
 */
final class BackupFiles {
  private BackupFiles() {}

  /**
   * Where a file is.
   *
   * @param path below the backup, as {@link Sums} has it
   * @throws NoSuchFileException if no ordinary file is there
   */
  static Path find(Path backup, String path) throws NoSuchFileException {
    Path found = backup;
    for (Path part : Path.of(path)) {
      if (!Files.isDirectory(found, LinkOption.NOFOLLOW_LINKS) && !found.equals(backup)) {
        throw new NoSuchFileException(backup.resolve(path).toString());
      }
      found = found.resolve(part);
    }
    if (!Files.isRegularFile(found, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(found.toString());
    }
    return found;
  }

  /** Opens a file; the caller closes it. */
  static InputStream open(Path backup, String path) throws IOException {
    return NewFiles.open(find(backup, path));
  }

  /** Reads a file to its end. */
  static Digest digest(Path backup, String path) throws IOException {
    try (InputStream content = open(backup, path)) {
      return Digest.sha256(content);
    }
  }

  /**
   * Reads a file to its end and compares it.
   *
   * @param checksum that its row has, if it is to be that too
   */
  static boolean isWhole(Path backup, String path, Digest digest, Optional<Checksum> checksum)
      throws IOException {
    try (CheckedInputStream content = new CheckedInputStream(open(backup, path), new CRC32C())) {
      return Digest.sha256(content).equals(digest)
          && (checksum.isEmpty()
              || checksum.get().equals(new Checksum(content.getChecksum().getValue())));
    }
  }

  /**
   * Reads a short file.
   *
   * @param most bytes that it may have
   * @throws BackupDamaged if it is longer, or not there
   */
  static String text(Path backup, String path, int most) throws IOException, BackupDamaged {
    try (InputStream content = open(backup, path)) {
      byte[] bytes = content.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new BackupDamaged("The file " + path + " of the backup " + backup + " is too long.");
      }
      return new String(bytes, UTF_8);
    } catch (NoSuchFileException e) {
      throw new BackupDamaged("The backup " + backup + " has lost " + path + ".");
    }
  }
}
