package org.anonymouscloud.vault.client.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/**
 * A local file's bytes on their way into the vault. How many there are is fixed before the first of
 * them is sent: a file that grows meanwhile is kept as long as it was, one that shrinks is {@link
 * Unreadable}. Not thread-safe.
 */
public final class LocalContent extends InputStream {
  /** Files of less than this are read before they are begun, so they cannot change meanwhile. */
  public static final int SMALL = 256 * 1024;

  private final InputStream in;
  private final byte[] buffer;
  private final int first;
  private final long size;
  private final Steps steps;
  private long given;

  /** The file did not give all of its bytes. */
  public static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean changed;

    private Unreadable(boolean changed, String why, @Nullable IOException cause) {
      super(why, cause);
      this.changed = changed;
    }

    private static Unreadable changed(@Nullable IOException cause) {
      return new Unreadable(true, "it changes while it is read", cause);
    }

    /** Whether it only became shorter or another meanwhile, so that trying again helps. */
    public boolean changed() {
      return changed;
    }
  }

  private LocalContent(InputStream in, byte[] buffer, int first, long size, Steps steps) {
    this.in = in;
    this.buffer = buffer;
    this.first = first;
    this.size = size;
    this.steps = steps;
  }

  /**
   * Opens a file and reads how it begins.
   *
   * @param buffer of {@link #SMALL} bytes, in use until this is closed
   * @param steps hears what is read
   * @throws Unreadable if another one has its name by now
   */
  public static LocalContent open(LocalFile file, byte[] buffer, Steps steps) throws IOException {
    if (file.kind() != LocalFile.Kind.FILE) {
      // A pipe would have to be waited for.
      throw new IOException("it is no file any more");
    }
    InputStream in = file.open();
    try {
      // By its name once more, as the JDK does not tell what it has opened.
      if (!file.again().isSame(file)) {
        throw Unreadable.changed(null);
      }
      int first = Math.max(in.read(buffer, 0, SMALL), 0);
      if (first != file.size()) {
        // Else all is there, and its end need not be looked for.
        first += in.readNBytes(buffer, first, SMALL - first);
      }
      // What is read whole has the size that was read; a larger file has the size it is said to
      // have.
      return new LocalContent(
          in, buffer, first, first < SMALL ? first : Math.max(file.size(), first), steps);
    } catch (IOException e) {
      try (in) {
        throw e;
      }
    }
  }

  /** How many bytes it gives if nothing fails. */
  public long size() {
    return size;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /**
   * @throws Unreadable if the file does not give all of its bytes; any other exception is of
   *     whoever hears the steps
   */
  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (given == size) {
      return -1;
    }
    int got;
    if (given < first) {
      got = (int) Math.min(length, first - given);
      System.arraycopy(buffer, (int) given, target, offset, got);
    } else {
      got = readFile(target, offset, (int) Math.min(length, size - given));
    }
    given += got;
    steps.step(got);
    return got;
  }

  private int readFile(byte[] target, int offset, int length) throws IOException {
    int got;
    try {
      got = in.read(target, offset, length);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw new Unreadable(false, LocalFailure.reason(e), e);
    }
    if (got < 0) {
      IOException shorter = new IOException("It has " + given + " bytes, not " + size + ".");
      throw Unreadable.changed(shorter);
    }
    return got;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
