package org.anonymouscloud.vault.client.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.function.LongConsumer;

/**
 * A local file's bytes on their way into the vault. How many there are is fixed before the first of
 * them is sent: a file that grows meanwhile is kept as long as it was, one that shrinks is {@link
 * Unreadable}. Not thread-safe.
 */
public final class LocalContent implements AutoCloseable {
  /** Files of less than this are read before they are begun, so they cannot change meanwhile. */
  public static final int SMALL = 256 * 1024;

  private final InputStream in;
  private final byte[] buffer;
  private final int first;
  private final long size;

  /** Takes bytes; what it throws is its own trouble, not the file's. */
  @FunctionalInterface
  public interface Target {
    void write(byte[] bytes, int offset, int length) throws IOException;
  }

  /** The file did not give all of its bytes. */
  public static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean shrunk;

    private Unreadable(boolean shrunk, String why, IOException cause) {
      super(why, cause);
      this.shrunk = shrunk;
    }

    /** Whether it only became shorter meanwhile, so that trying again helps. */
    public boolean shrunk() {
      return shrunk;
    }
  }

  private LocalContent(InputStream in, byte[] buffer, int first, long size) {
    this.in = in;
    this.buffer = buffer;
    this.first = first;
    this.size = size;
  }

  /**
   * Opens a file and reads how it begins.
   *
   * @param buffer of {@link #SMALL} bytes, in use until this is closed
   */
  public static LocalContent open(LocalFile file, byte[] buffer) throws IOException {
    InputStream in = Files.newInputStream(file.path());
    try {
      int first = in.readNBytes(buffer, 0, SMALL);
      // What is read whole has the size that was read; a larger file has the size it is said to
      // have.
      return new LocalContent(
          in, buffer, first, first < SMALL ? first : Math.max(file.size(), first));
    } catch (IOException e) {
      try (in) {
        throw e;
      }
    }
  }

  /** How many bytes {@link #copyTo} writes if nothing fails. */
  public long size() {
    return size;
  }

  /**
   * Writes all bytes. To be called once.
   *
   * @param progress is told how many bytes have gone with each step
   */
  public void copyTo(Target target, LongConsumer progress) throws IOException {
    target.write(buffer, 0, first);
    progress.accept(first);
    for (long copied = first; copied < size; ) {
      int got = read(copied);
      target.write(buffer, 0, got);
      progress.accept(got);
      copied += got;
    }
  }

  private int read(long copied) throws Unreadable {
    int got;
    try {
      got = in.read(buffer, 0, (int) Math.min(buffer.length, size - copied));
    } catch (IOException e) {
      throw new Unreadable(false, LocalFailure.reason(e), e);
    }
    if (got < 0) {
      IOException shorter = new IOException("It has " + copied + " bytes, not " + size + ".");
      throw new Unreadable(true, "it changes while it is read", shorter);
    }
    return got;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
