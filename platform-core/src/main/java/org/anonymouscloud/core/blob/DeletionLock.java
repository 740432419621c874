package org.anonymouscloud.core.blob;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.anonymouscloud.core.disk.PrivateFile;

/**
 * The lock of the file {@code deletions.lock} in a feature's folder: whoever deletes blobs has it,
 * and so has a backup, which must find each blob that its rows name. The system takes it from a
 * process that is killed. Thread-safe.
 */
public final class DeletionLock implements Closeable {
  private static final String FILE = "deletions.lock";

  /** A round of deletions is short. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final int PAUSE_MILLISECONDS = 20;

  private final FileChannel file;

  private DeletionLock(FileChannel file) {
    this.file = file;
  }

  /** Takes the lock unless someone has it. */
  static Optional<DeletionLock> tryTake(Path folder) throws IOException {
    FileChannel channel = PrivateFile.openLock(folder.resolve(FILE));
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Someone in this very process has it.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return lock == null ? Optional.empty() : Optional.of(new DeletionLock(channel));
  }

  /** Waits for the lock. */
  static DeletionLock take(Path folder) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Optional<DeletionLock> lock = tryTake(folder);
      if (lock.isPresent()) {
        return lock.get();
      }
      if (System.nanoTime() > end) {
        throw new IOException(
            "Another backup or check of " + folder + " runs. Try again when it has ended.");
      }
      try {
        Thread.sleep(PAUSE_MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException();
      }
    }
  }

  /** Gives the lock back. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
