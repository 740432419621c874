package org.anonymouscloud.vault.client.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Objects;
import org.anonymouscloud.vault.client.format.Times;
import org.jspecify.annotations.Nullable;

/**
 * A thing on the local disk that may go into the vault.
 *
 * @param size bytes of a file, when it was looked at
 * @param modified as the vault can keep it
 * @param key the same for the same thing, whatever its path; null if the disk has none
 * @param place where it is looked at and opened
 */
public record LocalFile(
    Path path,
    Kind kind,
    long size,
    Instant modified,
    boolean executable,
    @Nullable Object key,
    Place place) {
  /** What is there. */
  public enum Kind {
    FILE,
    FOLDER,
    LINK,
    /** A device, a socket, a pipe. */
    OTHER
  }

  /** Looks at things and opens them, given their whole paths. */
  interface Place {
    LocalFile look(Path path) throws IOException;

    InputStream open(Path path) throws IOException;
  }

  /** What someone named may lie behind links, and be one. */
  private static final Place NAMED =
      new Place() {
        @Override
        public LocalFile look(Path path) throws IOException {
          return LocalFile.of(path, Files.readAttributes(path, PosixFileAttributes.class), this);
        }

        @Override
        public InputStream open(Path path) throws IOException {
          return Files.newInputStream(path);
        }
      };

  /** Shorter files are kept whole: what their holes save is not worth telling the server of. */
  private static final long LONG = 16L << 20;

  /** Whether its disk does not keep all of a long file's zeros; false also if nobody can tell. */
  public boolean isSparse() {
    try {
      return kind == Kind.FILE && size >= LONG && Holes.in(path, size) && isWhatHasItsPath();
    } catch (IOException e) {
      return false;
    }
  }

  /** What only takes paths may have been led elsewhere. */
  private boolean isWhatHasItsPath(LinkOption... options) throws IOException {
    return Objects.equals(
        key, Files.readAttributes(path, PosixFileAttributes.class, options).fileKey());
  }

  /** Whether this is what another one was, though perhaps not as it was. */
  boolean isSame(LocalFile other) {
    return kind == other.kind && Objects.equals(key, other.key);
  }

  /** Looks at it again, as it was looked at before. */
  public LocalFile again() throws IOException {
    return place.look(path);
  }

  /**
   * Where it leads, if it is a link.
   *
   * @throws IOException also if another thing has its path by now, or that is no text
   */
  public Path target() throws IOException {
    // By its path, as the JDK reads no link in an open folder.
    Path target = Files.readSymbolicLink(path);
    if (!isWhatHasItsPath(LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("it changes while it is read");
    }
    if (!Path.of(target.toString()).equals(target)) {
      throw new IOException("where the link leads is not valid UTF-8");
    }
    return target;
  }

  InputStream open() throws IOException {
    return place.open(path);
  }

  /** Looks at what someone named, through links. */
  public static LocalFile named(Path path) throws IOException {
    return NAMED.look(path);
  }

  /** Looks at a link that someone named, itself. */
  public static LocalFile link(Path path) throws IOException {
    return of(
        path,
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS),
        NAMED);
  }

  static LocalFile of(Path path, PosixFileAttributes attributes, Place place) {
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
        kind == Kind.FILE && attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE),
        attributes.fileKey(),
        place);
  }
}
