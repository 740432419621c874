package org.anonymouscloud.vault.client.archive;

import java.time.Instant;
import java.util.List;

/**
 * A file, a folder or a symbolic link in an archive, or a word about one.
 *
 * @param names from the top of the tree down; empty for the top itself
 * @param kind what it is
 * @param size bytes of a file; 0 for what is none
 * @param modified when it was last changed
 * @param executable whether its owner may run it
 * @param sparse whether the disk that a file comes from does not keep all of its zeros
 * @param target where a link leads; empty for what is none
 */
public record ArchiveEntry(
    List<String> names,
    Kind kind,
    long size,
    Instant modified,
    boolean executable,
    boolean sparse,
    String target) {
  /** What stands in an archive. */
  public enum Kind {
    FILE,
    FOLDER,
    LINK,
    /** The file before it, which has the same names, is not to be kept: its bytes are not whole. */
    TAKE_BACK
  }

  public ArchiveEntry {
    names = List.copyOf(names);
  }

  public static ArchiveEntry file(
      List<String> names, long size, Instant modified, boolean executable) {
    return file(names, size, modified, executable, false);
  }

  /** See {@link #sparse}. */
  public static ArchiveEntry file(
      List<String> names, long size, Instant modified, boolean executable, boolean sparse) {
    return new ArchiveEntry(names, Kind.FILE, size, modified, executable, sparse, "");
  }

  public static ArchiveEntry folder(List<String> names, Instant modified) {
    return new ArchiveEntry(names, Kind.FOLDER, 0, modified, false, false, "");
  }

  /** A symbolic link; where it leads is text that nobody has looked at. */
  public static ArchiveEntry link(List<String> names, String target, Instant modified) {
    return new ArchiveEntry(names, Kind.LINK, 0, modified, false, false, target);
  }

  static ArchiveEntry takeBack(List<String> names) {
    return new ArchiveEntry(names, Kind.TAKE_BACK, 0, Instant.EPOCH, false, false, "");
  }

  public boolean folder() {
    return kind == Kind.FOLDER;
  }
}
