package org.anonymouscloud.core.backup;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Locale;
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
  private final Reserve reserve;
  private final Set<Path> folders = new HashSet<>();

  /**
   * @param reserve what copies leave of the disk
   */
  NewFiles(Path root, Reserve reserve) {
    this.root = root;
    this.reserve = reserve;
  }

  /**
   * A file that was written.
   *
   * @param checksum of what was read
   */
  record Written(long length, Digest digest, Checksum checksum) {}

  /** A file is there and cannot be read: it is another user's, or its disk fails. */
  static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1;

    Unreadable(Path file, IOException cause) {
      super(
          file
              + " cannot be read: "
              + (cause instanceof AccessDeniedException ? "permission denied" : cause.getMessage())
              + ".",
          cause);
    }
  }

  /**
   * Copies a file, its time too, in place of what is at {@code path}.
   *
   * @throws Unreadable if {@code from} cannot be read; nothing is at {@code path} then
   */
  Written copy(Path from, String path) throws IOException {
    try {
      return copyAll(from, path);
    } catch (Unreadable e) {
      Files.deleteIfExists(root.resolve(path));
      throw e;
    } catch (IOException e) {
      throw named(e, root);
    }
  }

  /**
   * A failure to write below a folder, with the disk if that is full: the system names neither.
   * What it says may be in its own language; then it is left as it is.
   */
  static IOException named(IOException failure, Path folder) {
    String reason = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    if (!reason.equals("no space left on device") && !reason.equals("disk quota exceeded")) {
      return failure;
    }
    return new IOException(
        "The disk of "
            + folder
            + " is full, so this was not finished. Make room there, or choose a folder on another"
            + " disk, and run the command again.",
        failure);
  }

  private Written copyAll(Path from, String path) throws IOException {
    try (InputStream in = source(from);
        FileChannel out = create(path);
        CopyingStream copying = new CopyingStream(from, in, output(out))) {
      Digest digest = Digest.sha256(copying);
      // A pack's says nothing, and that of its copy would say when it came.
      Files.setLastModifiedTime(
          root.resolve(path), Files.getLastModifiedTime(from, LinkOption.NOFOLLOW_LINKS));
      out.force(true);
      return new Written(out.size(), digest, copying.checksum());
    }
  }

  private static InputStream source(Path file) throws Unreadable {
    try {
      return open(file);
    } catch (IOException e) {
      throw new Unreadable(file, e);
    }
  }

  /** Opens a file to read; a link in its place is not followed. */
  static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(
        Channels.newInputStream(
            FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)),
        BUFFER);
  }

  /**
   * How long an ordinary file is; -1 if none is there.
   *
   * @throws Unreadable if it may be there, but not for this user or this disk to read
   */
  static long length(Path file) throws Unreadable {
    try {
      BasicFileAttributes found =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!found.isRegularFile()) {
        return -1;
      }
      if (!Files.isReadable(file)) {
        throw new AccessDeniedException(file.toString());
      }
      return found.size();
    } catch (NoSuchFileException e) {
      return -1;
    } catch (IOException e) {
      throw new Unreadable(file, e);
    }
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

  /** To write a file that was made here, as far as the disk's reserve allows. */
  OutputStream output(FileChannel file) {
    return reserve.sparing(Channels.newOutputStream(file));
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

  /** Writes to another place what is read from it, and tells which of the two has failed. */
  private static final class CopyingStream extends FilterInputStream {
    private final Path from;
    private final OutputStream copy;
    private final CRC32C sum = new CRC32C();

    CopyingStream(Path from, InputStream in, OutputStream copy) {
      super(in);
      this.from = from;
      this.copy = copy;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read;
      try {
        read = super.read(buffer, offset, length);
      } catch (IOException e) {
        throw new Unreadable(from, e);
      }
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
