package org.anonymouscloud.core.session;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.FrameType;
import org.jspecify.annotations.Nullable;

/**
 * Bulk data on their way out. What is written waits in the writer's own array until it is its turn
 * and the other side has given credit for it; only small writes are gathered first. For one writing
 * thread; the rest is for any thread.
 */
public final class BulkOutput extends OutputStream implements Turn {
  private static final byte[] NOTHING = {};

  private final Sender sender;
  private final int stream;
  private final Condition changed;
  private final Waiting waiting;

  private byte[] gathered = NOTHING;
  private int gatheredLength;

  // The rest is guarded by the sender's lock.
  private byte[] array = NOTHING;
  private int offset;
  private int end;
  private long credit = BulkInput.INITIAL_WINDOW;
  private boolean queued;
  private boolean closed;
  private boolean discarding;
  private @Nullable Supplier<? extends IOException> failure;

  /**
   * @param nanoTime by which {@link #waitingSince} counts
   */
  public BulkOutput(Sender sender, int stream, LongSupplier nanoTime) {
    this.waiting = new Waiting(nanoTime);
    this.sender = sender;
    this.stream = stream;
    this.changed = sender.lock.newCondition();
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] data, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, data.length);
    int at = from;
    int left = length;
    while (gatheredLength + left >= Channel.MAX_DATA) {
      if (gatheredLength == 0) {
        // As many whole records as there are, without copying.
        int whole = left - left % Channel.MAX_DATA;
        transfer(data, at, whole);
        at += whole;
        left -= whole;
      } else {
        int count = gather(data, at, left);
        at += count;
        left -= count;
        flush();
      }
    }
    requireUsable();
    var _ = gather(data, at, left);
  }

  private int gather(byte[] data, int from, int length) {
    int count = Math.min(length, Channel.MAX_DATA - gatheredLength);
    if (gatheredLength + count > gathered.length) {
      byte[] larger =
          new byte[count == length ? roomFor(gatheredLength + count) : Channel.MAX_DATA];
      System.arraycopy(gathered, 0, larger, 0, gatheredLength);
      gathered = larger;
    }
    System.arraycopy(data, from, gathered, gatheredLength, count);
    gatheredLength += count;
    return count;
  }

  private int roomFor(int length) {
    return Math.min(Channel.MAX_DATA, Math.max(2 * gathered.length, length));
  }

  @Override
  public void flush() throws IOException {
    int length = gatheredLength;
    gatheredLength = 0;
    transfer(gathered, 0, length);
  }

  /** Says that all has been written. */
  @Override
  public void close() throws IOException {
    sender.lock.lock();
    try {
      if (closed || discarding || failure != null) {
        closed = true;
        return;
      }
    } finally {
      sender.lock.unlock();
    }
    flush();
    sender.lock.lock();
    try {
      if (!closed && !discarding && failure == null) {
        closed = true;
        sender.send(new Message(FrameType.END, stream, NOTHING));
      }
    } finally {
      sender.lock.unlock();
    }
  }

  private void requireUsable() throws IOException {
    sender.lock.lock();
    try {
      check();
    } finally {
      sender.lock.unlock();
    }
  }

  private void check() throws IOException {
    if (failure != null) {
      throw failure.get();
    }
    if (closed) {
      throw new IOException("This stream has been closed.");
    }
  }

  private void transfer(byte[] data, int from, int length) throws IOException {
    if (length == 0) {
      return;
    }
    sender.lock.lock();
    try {
      check();
      if (discarding) {
        return;
      }
      array = data;
      offset = from;
      end = from + length;
      queueIfReady();
      waiting.begin();
      while (offset < end && !discarding && failure == null) {
        changed.await();
      }
      check();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      // Some of it has been sent and some not: the stream must never look complete.
      failure = () -> new InterruptedIOException("Sending was interrupted.");
      throw failure.get();
    } finally {
      waiting.done();
      // The array is the writer's again.
      array = NOTHING;
      offset = 0;
      end = 0;
      if (queued) {
        queued = false;
        sender.withdraw(this);
      }
      sender.lock.unlock();
    }
  }

  private void queueIfReady() throws IOException {
    if (!queued && offset < end && credit > 0) {
      sender.queue(this);
      queued = true;
    }
  }

  @Override
  public boolean prepareNext(Channel channel) {
    int length = (int) Math.min(Math.min(end - offset, credit), Channel.MAX_DATA);
    channel.prepare(FrameType.DATA, stream, array, offset, length);
    offset += length;
    credit -= length;
    if (offset == end) {
      changed.signalAll();
    }
    if (length == Channel.MAX_DATA) {
      waiting.restart();
    }
    queued = offset < end && credit > 0;
    return queued;
  }

  /**
   * The other side can take more.
   *
   * @return false if it says so of more than anyone can have
   */
  public boolean grant(int bytes) {
    sender.lock.lock();
    try {
      credit += bytes;
      if (bytes <= 0 || credit > Integer.MAX_VALUE) {
        return false;
      }
      queueIfReady();
      return true;
    } catch (IOException e) {
      // The session is over, and the writer learns it from elsewhere.
      return true;
    } finally {
      sender.lock.unlock();
    }
  }

  /** From now on what is written is thrown away: the other side needs no more of it. */
  void discard() {
    sender.lock.lock();
    try {
      discarding = true;
      changed.signalAll();
    } finally {
      sender.lock.unlock();
    }
  }

  /**
   * Since when the writer has waited without a whole record going out, if it does: whose other side
   * takes a byte now and then waits all the same.
   */
  public OptionalLong waitingSince() {
    return waiting.since();
  }

  /** From now on writing fails. */
  public void fail(Supplier<? extends IOException> reason) {
    sender.lock.lock();
    try {
      if (failure == null) {
        failure = reason;
      }
      changed.signalAll();
    } finally {
      sender.lock.unlock();
    }
  }
}
