package org.anonymouscloud.vault.client.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.ArchiveWriter;
import org.anonymouscloud.vault.client.disk.LocalContent;
import org.anonymouscloud.vault.client.local.TreeSink;

/** A local tree on its way to the agent as an archive. Not thread-safe. */
final class ArchiveSink implements TreeSink {
  private final ArchiveWriter archive;
  private final byte[] buffer = new byte[LocalContent.SMALL];

  ArchiveSink(OutputStream out) {
    this.archive = new ArchiveWriter(out);
  }

  @Override
  public void add(ArchiveEntry entry) throws IOException {
    archive.begin(entry);
    archive.end();
  }

  @Override
  public void add(ArchiveEntry file, InputStream content) throws IOException {
    archive.begin(file);
    try {
      for (int got = content.read(buffer); got >= 0; got = content.read(buffer)) {
        archive.write(buffer, 0, got);
      }
    } catch (LocalContent.Unreadable e) {
      archive.giveUp(file.names());
      throw e;
    }
    archive.end();
  }

  /** Ends the archive. */
  void finish() throws IOException {
    archive.finish();
  }
}
