package org.anonymouscloud.vault.client.local;

import java.io.IOException;
import java.io.InputStream;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.disk.LocalContent;

/** Where a local tree goes. */
public interface TreeSink {
  /** A folder or a symbolic link; a folder comes before what is in it. */
  void add(ArchiveEntry entry) throws IOException;

  /**
   * A file.
   *
   * @param content of as many bytes as the entry says; the caller closes it
   * @throws LocalContent.Unreadable if the content could not be read to its end: nothing of the
   *     file is kept then, and others can follow
   */
  void add(ArchiveEntry file, InputStream content) throws IOException;
}
