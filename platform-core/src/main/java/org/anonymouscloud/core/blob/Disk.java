package org.anonymouscloud.core.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;

/**
 * What a {@link BlobStore} asks of the file system when it writes. Tests put a disk that fails in
 * its place. Thread-safe.
 */
class Disk {
  /** What all blobs have in the place of a time. */
  static final FileTime NO_TIME = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** Makes a file that is not there yet, readable by the server alone. */
  FileChannel create(Path file) throws DiskFailed {
    try {
      return FileChannel.open(
          file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY);
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }

  /** Appends the first {@code length} bytes. */
  void write(FileChannel file, byte[] bytes, int length) throws DiskFailed {
    try {
      ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
      while (left.hasRemaining()) {
        file.write(left);
      }
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }

  /** Makes a file's content durable. After a failure nothing is known about any of it. */
  void sync(FileChannel file) throws DiskFailed {
    try {
      file.force(false);
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }

  /**
   * Takes the times away that a file or folder has by itself. When somebody stored something is
   * nobody's business later. (The system keeps the time of this call, which no program can set.)
   */
  void hideTimes(Path path) throws DiskFailed {
    try {
      Files.getFileAttributeView(path, BasicFileAttributeView.class)
          .setTimes(NO_TIME, NO_TIME, null);
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }

  void rename(Path from, Path to) throws DiskFailed {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }

  /** Makes the names in a folder durable. */
  void syncFolder(Path folder) throws DiskFailed {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }

  /** Deletes a file, if it is there. */
  void delete(Path file) throws DiskFailed {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }

  /** Bytes that may still be written below a folder. */
  long usableSpace(Path folder) throws DiskFailed {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }
}
