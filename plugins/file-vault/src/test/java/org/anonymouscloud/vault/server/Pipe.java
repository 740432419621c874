package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Bytes from one thread to another, at most {@link #CAPACITY} on their way, so that a writer waits
 * for its reader as it does on a session's stream. Thread-safe.
 */
final class Pipe {
  static final int CAPACITY = 512 * 1024;

  private final byte[] ring = new byte[CAPACITY];
  private int start;
  private int count;
  private boolean ended;
  private boolean ignored;
  private boolean cut;

  /** Where the bytes go in. */
  OutputStream in() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        put(bytes, offset, length);
      }

      @Override
      public void close() {
        end();
      }
    };
  }

  /** Where they come out. */
  InputStream out() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return take(bytes, offset, length);
      }

      @Override
      public void close() {
        ignore();
      }
    };
  }

  private synchronized void put(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int done = 0;
    while (done < length) {
      awaitWhile(() -> count == CAPACITY && !cut && !ignored);
      if (cut || ended) {
        throw new IOException("The stream is cut.");
      }
      if (ignored) {
        return;
      }
      int end = (start + count) % CAPACITY;
      int some = Math.min(length - done, Math.min(CAPACITY - count, CAPACITY - end));
      System.arraycopy(bytes, offset + done, ring, end, some);
      count += some;
      done += some;
      notifyAll();
    }
  }

  private synchronized int take(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    awaitWhile(() -> count == 0 && !ended && !cut);
    if (cut) {
      throw new IOException("The stream is cut.");
    }
    if (count == 0) {
      return -1;
    }
    int some = Math.min(length, Math.min(count, CAPACITY - start));
    System.arraycopy(ring, start, bytes, offset, some);
    start = (start + some) % CAPACITY;
    count -= some;
    notifyAll();
    return some;
  }

  private synchronized void awaitWhile(BooleanSupplier condition) throws InterruptedIOException {
    try {
      while (condition.getAsBoolean()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /** All has been written. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Nobody reads any more; what is written is lost and disturbs nobody. */
  synchronized void ignore() {
    ignored = true;
    notifyAll();
  }

  /** The connection broke: both sides fail from now on. */
  synchronized void cut() {
    cut = true;
    notifyAll();
  }
}
