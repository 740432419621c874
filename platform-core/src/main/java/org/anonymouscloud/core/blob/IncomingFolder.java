package org.anonymouscloud.core.blob;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.disk.PrivateFile;

/**
 * Where blobs lie while they are received: {@code incoming/<process>}, one folder for each running
 * server process. A process holds the lock in its folder for as long as it lives, so the next one
 * to start knows for certain which folders are left over. Not thread-safe.
 */
final class IncomingFolder implements AutoCloseable {
  private static final int PROCESS_BYTES = 16;
  private static final String LOCK = "lock";

  private final String process;
  private final Path folder;
  private final FileChannel lock;
  private final List<String> dead;

  private IncomingFolder(String process, Path folder, FileChannel lock, List<String> dead) {
    this.process = process;
    this.folder = folder;
    this.lock = lock;
    this.dead = dead;
  }

  /**
   * Makes the folder of a new process.
   *
   * @param incoming the folder of all processes, made if it is not there
   */
  static IncomingFolder open(Path incoming) throws IOException {
    PrivateFile.createFolder(incoming);
    // No other process may take a folder for left over that is made but not locked yet.
    try (FileChannel starting = openLock(incoming);
        FileLock _ = starting.lock()) {
      List<String> dead = leftOver(incoming);
      String process = HexFormat.of().formatHex(RandomBytes.next(PROCESS_BYTES));
      Path folder = incoming.resolve(process);
      PrivateFile.createFolder(folder);
      FileChannel lock = openLock(folder);
      if (lock.tryLock() == null) {
        lock.close();
        throw new IOException("The new folder " + folder + " is in use by someone else.");
      }
      return new IncomingFolder(process, folder, lock, dead);
    } catch (OverlappingFileLockException e) {
      throw new IOException("Another server starts on this folder just now: " + incoming, e);
    }
  }

  private static List<String> leftOver(Path incoming) throws IOException {
    List<String> dead = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(incoming, Files::isDirectory)) {
      for (Path folder : folders) {
        try (FileChannel channel = openLock(folder);
            FileLock free = channel.tryLock()) {
          if (free != null) {
            dead.add(folder.getFileName().toString());
          }
        } catch (OverlappingFileLockException | NoSuchFileException e) {
          // The first: another server in this program, and alive. The second: one ends just now.
        }
      }
    }
    return dead;
  }

  private static FileChannel openLock(Path folder) throws IOException {
    return PrivateFile.openLock(folder.resolve(LOCK));
  }

  /** The random name of this process. */
  String process() {
    return process;
  }

  /** Processes that ended without {@link #close}. */
  List<String> dead() {
    return dead;
  }

  /** Deletes what a dead process left here, and its name with it. */
  void remove(String deadProcess) throws IOException {
    delete(folder.resolveSibling(deadProcess));
  }

  /** Where a file lies while it is received. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** Whether anything can be received. */
  boolean isWritable() {
    return Files.isWritable(folder);
  }

  private static void delete(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  /** Removes the folder; nothing is received any more. */
  @Override
  public void close() throws IOException {
    try (lock) {
      delete(folder);
    }
  }
}
