package org.anonymouscloud.core.backup;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.disk.PrivateFile;
import org.jspecify.annotations.Nullable;

/**
 * Files that are written below a folder, for their owner's eyes. They are durable once {@link
 * #syncFolders} returns. Not thread-safe.
 */
final class NewFiles {
  private static final int BUFFER = 1 << 16;

  private final Path root;
  private final Set<Path> folders = new HashSet<>();

  NewFiles(Path root) {
    this.root = root;
  }

  /**
   * A file that was written.
   *
   * @param checksum of what was read
   */
  record Written(long length, Digest digest, Checksum checksum) {}

  /** Copies a file, its time too, in place of what is at {@code path}. */
  Written copy(Path from, String path) throws IOException {
    try (InputStream in = open(from);
        FileChannel out = create(path);
        CopyingStream copying = new CopyingStream(in, Channels.newOutputStream(out))) {
      Digest digest = Digest.sha256(copying);
      // A pack's says nothing, and that of its copy would say when it came.
      Files.setLastModifiedTime(
          root.resolve(path), Files.getLastModifiedTime(from, LinkOption.NOFOLLOW_LINKS));
      out.force(true);
      return new Written(out.size(), digest, copying.checksum());
    }
  }

  /** Opens a file to read; a link in its place is not followed. */
  static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(
        Channels.newInputStream(
            FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)),
        BUFFER);
  }

  /** How long an ordinary file is; -1 if none is there. */
  static long length(Path file) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.size(file) : -1;
  }

  /** Whether an ordinary file of this length is there. */
  static boolean hasLength(Path file, long length) throws IOException {
    return length(file) == length;
  }

  /** Gives a file another name; false if this disk cannot, or not once more. */
  boolean link(Path existing, String path) throws IOException {
    Path file = root.resolve(path);
    createFolders(file.getParent());
    try {
      Files.createLink(file, existing);
      return true;
    } catch (UnsupportedOperationException | FileSystemException e) {
      return false;
    }
  }

  /** Makes a file, or empties the one that is there. The caller makes its content durable. */
  FileChannel create(String path) throws IOException {
    Path file = root.resolve(path);
    createFolders(file.getParent());
    return FileChannel.open(
        file,
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** One by one from the root on: parents that are made on the way would be open to others. */
  private void createFolders(@Nullable Path folder) throws IOException {
    if (folder != null && !folders.contains(folder)) {
      if (!folder.equals(root)) {
        createFolders(folder.getParent());
      }
      PrivateFile.createFolder(folder);
      folders.add(folder);
    }
  }

  /** Makes the names of all files durable. */
  void syncFolders() throws IOException {
    for (Path folder : folders) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Writes to another place what is read from it. */
  private static final class CopyingStream extends FilterInputStream {
    private final OutputStream copy;
    private final CRC32C sum = new CRC32C();

    CopyingStream(InputStream in, OutputStream copy) {
      super(in);
      this.copy = copy;
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      if (next >= 0) {
        copy.write(next);
        sum.update(next);
      }
      return next;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      if (read > 0) {
        copy.write(buffer, offset, read);
        sum.update(buffer, offset, read);
      }
      return read;
    }

    Checksum checksum() {
      return new Checksum(sum.getValue());
    }
  }
}
