package org.anonymouscloud.core.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.channel.Frame;
import org.anonymouscloud.core.channel.FrameType;
import org.jspecify.annotations.Nullable;

/**
 * Bulk data that have come in and wait to be read. The other side may send as much as this side has
 * given credit for, so what waits here is bounded, whatever the reader does. The window grows while
 * the reader is faster than the line. For one reading thread; the rest is for any thread.
 */
public final class BulkInput extends InputStream {
  /** What may be sent on each stream without asking: whole frames, so that no scraps are sent. */
  public static final int INITIAL_WINDOW = 4 * Channel.MAX_DATA;

  /** Enough for 1 Gbit/s over 30 ms. */
  private static final int MAX_WINDOW = 16 * INITIAL_WINDOW;

  /** A frame of this size keeps its record's array; a smaller one is copied out of it. */
  private static final int WORTH_KEEPING = 32 * 1024;

  private static final int GATHERING = 4 * 1024;

  private final Sender sender;
  private final int stream;
  private final Growth growth;
  private final Waiting idle;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // The reader's own.
  private @Nullable Slice current;
  private int unreported;
  private boolean starved;

  // Guarded by the lock.
  private final Deque<Slice> waiting = new ArrayDeque<>();
  private int allowed = INITIAL_WINDOW;
  private int window = INITIAL_WINDOW;
  private boolean ended;
  private boolean over;
  private @Nullable Supplier<? extends IOException> failure;

  /**
   * @param sender for the credit that is given
   * @param growth bytes by which all windows of the session together may still grow
   * @param nanoTime by which {@link #waitingSince} counts
   */
  public BulkInput(Sender sender, int stream, Growth growth, LongSupplier nanoTime) {
    this.idle = new Waiting(nanoTime);
    this.sender = sender;
    this.stream = stream;
    this.growth = growth;
  }

  /** Received bytes; {@code frame} is what lends the array, if anyone does. */
  private static final class Slice {
    private final byte[] array;
    private final @Nullable Frame frame;
    private int from;
    private int to;

    Slice(byte[] array, int from, int to, @Nullable Frame frame) {
      this.array = array;
      this.from = from;
      this.to = to;
      this.frame = frame;
    }

    boolean takes(int length) {
      return frame == null && array.length - to >= length;
    }

    void add(Frame more) {
      System.arraycopy(more.array(), more.offset(), array, to, more.length());
      to += more.length();
    }

    void release() {
      if (frame != null) {
        frame.release();
      }
    }
  }

  /**
   * Takes in a frame of data, and its array.
   *
   * @return false if the other side was not allowed to send it
   */
  public boolean put(Frame frame) {
    lock.lock();
    try {
      if (ended || frame.length() == 0 || frame.length() > allowed) {
        return false;
      }
      allowed -= frame.length();
      if (over) {
        frame.release();
      } else {
        keep(frame);
        changed.signal();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void keep(Frame frame) {
    if (frame.length() >= WORTH_KEEPING) {
      waiting.add(new Slice(frame.array(), frame.offset(), frame.offset() + frame.length(), frame));
      return;
    }
    Slice last = waiting.peekLast();
    if (last == null || !last.takes(frame.length())) {
      last = new Slice(new byte[Math.max(frame.length(), GATHERING)], 0, 0, null);
      waiting.add(last);
    }
    last.add(frame);
    frame.release();
  }

  /**
   * Since when the reader has waited without getting half a window, if it has: who sends a byte now
   * and then is waited for all the same.
   */
  public OptionalLong waitingSince() {
    return idle.since();
  }

  /** There is no more to come; what waits can still be read. */
  public void end() {
    lock.lock();
    try {
      ended = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Drops what waits; from now on reading fails. Does nothing after the end or a failure. */
  public void fail(Supplier<? extends IOException> reason) {
    lock.lock();
    try {
      if (!ended && failure == null) {
        failure = reason;
        drop();
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Drops what waits and what is still to come. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (failure == null) {
        failure = () -> new IOException("This stream has been closed.");
      }
      drop();
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void drop() {
    over = true;
    waiting.forEach(Slice::release);
    waiting.clear();
    returnGrowth();
  }

  private void returnGrowth() {
    growth.giveBack(window - INITIAL_WINDOW);
    window = INITIAL_WINDOW;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    Slice slice = next();
    if (slice == null) {
      return -1;
    }
    int count = Math.min(length, slice.to - slice.from);
    System.arraycopy(slice.array, slice.from, target, offset, count);
    consumed(slice, count);
    return count;
  }

  @Override
  public long transferTo(OutputStream target) throws IOException {
    long total = 0;
    for (Slice slice = next(); slice != null; slice = next()) {
      int count = slice.to - slice.from;
      target.write(slice.array, slice.from, count);
      consumed(slice, count);
      total += count;
    }
    return total;
  }

  /** What can be read next; null at the end. */
  private @Nullable Slice next() throws IOException {
    Slice present = current;
    if (present != null) {
      return present;
    }
    lock.lock();
    try {
      while (waiting.isEmpty()) {
        if (failure != null) {
          throw failure.get();
        }
        if (ended) {
          returnGrowth();
          idle.done();
          return null;
        }
        starved = true;
        idle.begin();
        changed.await();
      }
      current = waiting.remove();
      return current;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Receiving was interrupted.");
    } finally {
      lock.unlock();
    }
  }

  private void consumed(Slice slice, int count) throws ConnectionLost {
    slice.from += count;
    if (slice.from == slice.to) {
      slice.release();
      current = null;
    }
    unreported += count;
    int credit = 0;
    lock.lock();
    try {
      if (unreported >= window / 2 && !ended && !over) {
        credit = unreported + grow();
        allowed += credit;
        unreported = 0;
        idle.done();
        starved = false;
      }
    } finally {
      lock.unlock();
    }
    if (credit > 0) {
      byte[] data = {
        (byte) (credit >>> 24), (byte) (credit >>> 16), (byte) (credit >>> 8), (byte) credit
      };
      sender.send(new Message(FrameType.CREDIT, stream, data));
    }
  }

  /** Doubles the window if it seems to be what the reader waits for. */
  private int grow() {
    int more = window;
    if (!starved || window >= MAX_WINDOW) {
      return 0;
    }
    if (!growth.take(more)) {
      return 0;
    }
    window += more;
    return more;
  }
}
