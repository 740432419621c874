package org.anonymouscloud.vault.client.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import java.time.temporal.ChronoField;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes an archive. Not thread-safe. */
public final class ArchiveWriter {
  private static final int RECORD = 512;
  private static final int BUFFER = 512 * 1024;
  private static final int FILE_MODE = 0100644;
  private static final int EXECUTABLE_MODE = 0100755;
  private static final int FOLDER_MODE = 040755;

  /** A pax header of our own: nanoseconds, where the library keeps only hundreds of them. */
  static final String NANOS = "ANONYMOUSCLOUD.mtime-nanos";

  private static final int TAR_NANOS = 100;

  private final BufferedOutputStream out;
  private final TarArchiveOutputStream tar;

  /**
   * @param out stays the caller's to close
   */
  public ArchiveWriter(OutputStream out) {
    this.out = new BufferedOutputStream(out, BUFFER);
    this.tar = new TarArchiveOutputStream(this.out, RECORD, UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
  }

  /** Begins an entry; a file's bytes follow, exactly as many as it says. */
  public void begin(ArchiveEntry entry) throws IOException {
    String path = entry.names().isEmpty() ? "." : String.join("/", entry.names());
    TarArchiveEntry header = new TarArchiveEntry(entry.folder() ? path + "/" : path, true);
    header.setSize(entry.size());
    header.setMode(entry.folder() ? FOLDER_MODE : entry.executable() ? EXECUTABLE_MODE : FILE_MODE);
    header.setLastModifiedTime(FileTime.from(entry.modified()));
    int nanos = entry.modified().get(ChronoField.NANO_OF_SECOND);
    if (nanos % TAR_NANOS != 0) {
      header.addPaxHeader(NANOS, Integer.toString(nanos));
    }
    tar.putArchiveEntry(header);
  }

  public void write(byte[] bytes, int offset, int length) throws IOException {
    tar.write(bytes, offset, length);
  }

  /** Ends the entry that began last. */
  public void end() throws IOException {
    tar.closeArchiveEntry();
  }

  /** Ends the archive. */
  public void finish() throws IOException {
    tar.finish();
    // Not the archive's own flush, which does nothing.
    out.flush();
  }
}
