package org.anonymouscloud.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.anonymouscloud.core.crypto.RandomBytes;

/** Files that only their owner may read, from their first instant on. Thread-safe. */
public final class PrivateFile {
  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private PrivateFile() {}

  /**
   * Puts {@code content} at {@code file}, in place of what is there: whole or not at all, durable
   * when this returns, mode 0600.
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path unfinished = write(file, content);
    try {
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
    syncFolder(file);
  }

  /**
   * Reads a file that holds secrets.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if others than its owner may read or change it, or it cannot be read
   */
  public static byte[] read(Path file) throws IOException {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (!OWNERS.containsAll(mode)) {
      throw new IOException(
          file
              + " holds secrets and is open to other users of this machine ("
              + PosixFilePermissions.toString(mode)
              + "). If none of them can have read it, run: chmod 600 "
              + file);
    }
    return Files.readAllBytes(file);
  }

  /**
   * As {@link #replace}, but never in place of another file.
   *
   * @throws FileAlreadyExistsException if there is one
   */
  public static void create(Path file, byte[] content) throws IOException {
    Path unfinished = write(file, content);
    try {
      // A link, unlike a move, fails when the name is taken.
      Files.createLink(file, unfinished);
    } catch (UnsupportedOperationException e) {
      throw new FileSystemException(file.toString(), null, "this disk knows no hard links");
    } finally {
      Files.deleteIfExists(unfinished);
    }
    syncFolder(file);
  }

  /**
   * Makes a folder for its owner alone, with its parents, if it is not there; durable when this
   * returns.
   */
  public static void createFolder(Path folder) throws IOException {
    create(
        folder.toAbsolutePath(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /**
   * Opens a file that is there to be locked, and makes it if it is not there: mode 0600, as whoever
   * may read a file may lock it too.
   */
  public static FileChannel openLock(Path file) throws IOException {
    return FileChannel.open(
        file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_ONLY);
  }

  /**
   * Opens a new file to write and read that no other program finds: it is gone when it is closed,
   * or its process has ended.
   *
   * @param folder on whose disk it is
   */
  public static FileChannel openUnnamed(Path folder) throws IOException {
    return FileChannel.open(
        folder.resolve(".unnamed." + hex(RandomBytes.next(8))),
        Set.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE),
        OWNER_ONLY);
  }

  private static void create(Path folder, FileAttribute<?>... mode) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      create(parent);
    }
    try {
      Files.createDirectory(folder, mode);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
    syncFolder(folder);
  }

  private static Path write(Path file, byte[] content) throws IOException {
    Path unfinished =
        file.resolveSibling("." + file.getFileName() + "." + hex(RandomBytes.next(8)));
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            OWNER_ONLY)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
    return unfinished;
  }

  private static void syncFolder(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }
}
