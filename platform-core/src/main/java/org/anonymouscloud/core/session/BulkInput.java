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
 * the reader is faster than the line. Who reads with {@link #readNBytes(byte[], int, int)} is woken
 * once for all that it wants, and not for each frame. For one reading thread; the rest is for any
 * thread.
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

  // Guarded by the lock.
  private final Deque<Slice> waiting = new ArrayDeque<>();

  /** Where the reader waits for more than one frame; nothing waits then. */
  private @Nullable Place wanted;

  private int allowed = INITIAL_WINDOW;
  private int window = INITIAL_WINDOW;

  /** What was read of the window and may not be sent anew yet; less than 0 if more may be sent. */
  private int unreported;

  /** Bytes that were read since half a window came last. */
  private int fresh;

  private boolean starved;
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

    void add(Frame more, int from) {
      int length = more.length() - from;
      System.arraycopy(more.array(), more.offset() + from, array, to, length);
      to += length;
    }

    void release() {
      if (frame != null) {
        frame.release();
      }
    }
  }

  /** A part of the reader's own array that is to be filled. */
  private static final class Place {
    private final byte[] array;
    private int from;
    private final int to;

    Place(byte[] array, int from, int to) {
      this.array = array;
      this.from = from;
      this.to = to;
    }

    int left() {
      return to - from;
    }

    /** Copies as much as there is room for, and says how much that is. */
    int fill(byte[] data, int offset, int length) {
      int count = Math.min(length, left());
      System.arraycopy(data, offset, array, from, count);
      from += count;
      return count;
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
        int taken = place(frame);
        if (taken < frame.length()) {
          keep(frame, taken);
          changed.signal();
        } else {
          frame.release();
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Copies to where the reader waits for it as much as it wants, and says how much that is. */
  private int place(Frame frame) {
    Place place = wanted;
    if (place == null) {
      return 0;
    }
    int taken = place.fill(frame.array(), frame.offset(), frame.length());
    if (place.left() == 0) {
      wanted = null;
      changed.signal();
    }
    count(taken);
    return taken;
  }

  private void keep(Frame frame, int from) {
    int length = frame.length() - from;
    if (length >= WORTH_KEEPING) {
      int end = frame.offset() + frame.length();
      waiting.add(new Slice(frame.array(), frame.offset() + from, end, frame));
      return;
    }
    Slice last = waiting.peekLast();
    if (last == null || !last.takes(length)) {
      last = new Slice(new byte[Math.max(length, GATHERING)], 0, 0, null);
      waiting.add(last);
    }
    last.add(frame, from);
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
    Slice slice = next(null);
    if (slice == null) {
      return -1;
    }
    int count = Math.min(length, slice.to - slice.from);
    System.arraycopy(slice.array, slice.from, target, offset, count);
    consumed(slice, count);
    return count;
  }

  @Override
  public int readNBytes(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    Place place = new Place(target, offset, offset + length);
    while (place.left() > 0) {
      Slice slice = next(place);
      if (slice == null) {
        break;
      }
      consumed(slice, place.fill(slice.array, slice.from, slice.to - slice.from));
    }
    return length - place.left();
  }

  @Override
  public long transferTo(OutputStream target) throws IOException {
    long total = 0;
    for (Slice slice = next(null); slice != null; slice = next(null)) {
      int count = slice.to - slice.from;
      target.write(slice.array, slice.from, count);
      consumed(slice, count);
      total += count;
    }
    return total;
  }

  /**
   * What can be read next.
   *
   * @param place is filled where nothing waits
   * @return null at the end, and when {@code place} is full
   */
  private @Nullable Slice next(@Nullable Place place) throws IOException {
    Slice present = current;
    if (present != null) {
      return present;
    }
    allowMore(place == null ? 1 : place.left());
    lock.lock();
    try {
      while (waiting.isEmpty()) {
        if (place != null && place.left() == 0) {
          return null;
        }
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
        wanted = place;
        changed.await();
      }
      current = waiting.remove();
      return current;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Receiving was interrupted.");
    } finally {
      // From now on the array is the reader's again.
      wanted = null;
      lock.unlock();
    }
  }

  private void consumed(Slice slice, int count) {
    slice.from += count;
    if (slice.from == slice.to) {
      slice.release();
      current = null;
    }
    lock.lock();
    try {
      count(count);
    } finally {
      lock.unlock();
    }
  }

  private void count(int read) {
    unreported += read;
    fresh += read;
    if (fresh >= window / 2) {
      fresh = 0;
      if (wanted == null) {
        idle.done();
      } else {
        idle.restart();
      }
    }
  }

  /**
   * Gives credit when half a window was read. A reader that has come for more than may be sent gets
   * all of it at once: it has the memory for that.
   */
  private void allowMore(int needed) throws ConnectionLost {
    int credit = 0;
    lock.lock();
    try {
      boolean half = unreported >= window / 2;
      boolean more = waiting.isEmpty() && needed > allowed;
      if ((half || more) && !ended && !over) {
        unreported += half ? grow() : 0;
        credit = Math.max(unreported, more ? needed - allowed : 0);
        allowed += credit;
        unreported -= credit;
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
