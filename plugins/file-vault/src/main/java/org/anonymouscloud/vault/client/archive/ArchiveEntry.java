package org.anonymouscloud.vault.client.archive;

import java.time.Instant;
import java.util.List;

/**
 * A file or folder in an archive, or a word about one.
 *
 * @param names from the top of the tree down; empty for the top itself
 * @param kind what it is
 * @param size bytes of a file; 0 for a folder
 * @param modified when it was last changed
 * @param executable whether its owner may run it
 */
public record ArchiveEntry(
    List<String> names, Kind kind, long size, Instant modified, boolean executable) {
  /** What stands in an archive. */
  public enum Kind {
    FILE,
    FOLDER,
    /** The file before it, which has the same names, is not to be kept: its bytes are not whole. */
    TAKE_BACK
  }

  public ArchiveEntry {
    names = List.copyOf(names);
  }

  public static ArchiveEntry file(
      List<String> names, long size, Instant modified, boolean executable) {
    return new ArchiveEntry(names, Kind.FILE, size, modified, executable);
  }

  public static ArchiveEntry folder(List<String> names, Instant modified) {
    return new ArchiveEntry(names, Kind.FOLDER, 0, modified, false);
  }

  static ArchiveEntry takeBack(List<String> names) {
    return new ArchiveEntry(names, Kind.TAKE_BACK, 0, Instant.EPOCH, false);
  }

  public boolean folder() {
    return kind == Kind.FOLDER;
  }
}
