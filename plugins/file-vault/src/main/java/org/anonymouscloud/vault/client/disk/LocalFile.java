package org.anonymouscloud.vault.client.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import org.anonymouscloud.vault.client.format.Times;

/**
 * A thing on the local disk that may go into the vault.
 *
 * @param size bytes of a file, when it was looked at
 * @param modified as the vault can keep it
 */
public record LocalFile(Path path, Kind kind, long size, Instant modified, boolean executable) {
  /** What is there. */
  public enum Kind {
    FILE,
    FOLDER,
    LINK,
    /** A device, a socket, a pipe. */
    OTHER
  }

  /** Shorter files are kept whole: what their holes save is not worth telling the server of. */
  private static final long LONG = 16L << 20;

  /** Whether its disk does not keep all of a long file's zeros. */
  public boolean isSparse() {
    return kind == Kind.FILE && size >= LONG && Holes.in(path, size);
  }

  /** Looks at a thing without following it if it is a link. */
  public static LocalFile of(Path path) throws IOException {
    return of(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Looks at what someone named, through links. */
  public static LocalFile named(Path path) throws IOException {
    return of(path, new LinkOption[0]);
  }

  private static LocalFile of(Path path, LinkOption... options) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class, options);
    Kind kind =
        attributes.isRegularFile()
            ? Kind.FILE
            : attributes.isDirectory()
                ? Kind.FOLDER
                : attributes.isSymbolicLink() ? Kind.LINK : Kind.OTHER;
    return new LocalFile(
        path,
        kind,
        attributes.size(),
        Times.nearest(attributes.lastModifiedTime().toInstant()),
        kind == Kind.FILE && attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE));
  }
}
