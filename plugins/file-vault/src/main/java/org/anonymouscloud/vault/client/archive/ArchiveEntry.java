package org.anonymouscloud.vault.client.archive;

import java.time.Instant;
import java.util.List;

/**
 * A file or folder in an archive.
 *
 * @param names from the top of the tree down; empty for the top itself
 * @param folder whether it is a folder; else it is a file
 * @param size bytes of a file; 0 for a folder
 * @param modified when it was last changed
 * @param executable whether its owner may run it
 */
public record ArchiveEntry(
    List<String> names, boolean folder, long size, Instant modified, boolean executable) {
  public ArchiveEntry {
    names = List.copyOf(names);
  }

  public static ArchiveEntry file(
      List<String> names, long size, Instant modified, boolean executable) {
    return new ArchiveEntry(names, false, size, modified, executable);
  }

  public static ArchiveEntry folder(List<String> names, Instant modified) {
    return new ArchiveEntry(names, true, 0, modified, false);
  }
}
