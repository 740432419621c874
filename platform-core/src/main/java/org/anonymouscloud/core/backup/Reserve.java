package org.anonymouscloud.core.backup;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.plugin.ShownSize;

/**
 * What is left free of a disk that the server needs as well: without it the server takes nothing
 * any more, and its database cannot even delete. Stateless.
 */
final class Reserve {
  /** Of a disk that is not to be shared with a server that runs. */
  static final Reserve NONE = new Reserve(Path.of(""), () -> Long.MAX_VALUE);

  private final Path folder;
  private final Space space;

  /** Asks a disk. */
  @FunctionalInterface
  interface Space {
    /** Bytes that may still be written. */
    long left() throws IOException;
  }

  /**
   * @param folder on the disk, for the message
   */
  Reserve(Path folder, Space space) {
    this.folder = folder;
    this.space = space;
  }

  /** That of a server for what is written into a folder; none if its data is on another disk. */
  static Reserve of(Path folder, Path data) throws IOException {
    FileStore disk = Files.getFileStore(folder);
    return disk.equals(Files.getFileStore(data)) ? new Reserve(folder, disk::getUsableSpace) : NONE;
  }

  /**
   * Looks whether so many bytes more can be written.
   *
   * @throws IOException if they would take from what the server needs
   */
  void require(long bytes) throws IOException {
    require(bytes, ShownSize.of(bytes));
  }

  private void require(long bytes, String needed) throws IOException {
    long free = Math.max(0, space.left() - BlobStore.SPARE_SPACE);
    if (bytes > free) {
      throw new IOException(
          "No backup was made: it needs "
              + needed
              + " on the disk of "
              + folder
              + ", and can have "
              + ShownSize.of(free)
              + ". That disk is the server's own, which needs the last "
              + ShownSize.of(BlobStore.SPARE_SPACE)
              + " to go on. Choose a folder on another disk, or make room there.");
    }
  }

  /** A stream that ends with a failure before it takes what the server needs. */
  OutputStream sparing(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        require(length, "more");
        out.write(bytes, offset, length);
      }
    };
  }
}
