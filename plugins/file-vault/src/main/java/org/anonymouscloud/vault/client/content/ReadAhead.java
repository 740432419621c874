package org.anonymouscloud.vault.client.content;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.Sealing;
import org.anonymouscloud.vault.client.store.Buffers;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.store.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Goes through files step by step while the segments of the next steps are fetched and opened on
 * other threads. A segment is given out only when all of it is verified. Not thread-safe.
 */
public final class ReadAhead implements AutoCloseable {
  private static final int MAX_STEPS = 256;
  private static final long MAX_BYTES = 8L << 20;

  private final Cursor<Step> way;
  private final Sealing sealing;
  private final PackReader packs;
  private final Buffers buffers;
  private final int atOnce;
  private final Deque<Coming> coming = new ArrayDeque<>();
  private boolean ended;
  private long bytes;
  private Arrived last = new Arrived(null, new byte[0]);

  /**
   * A step, and the bytes of its segment.
   *
   * @param step null after the last one
   * @param plain the segment from its start, valid until the next step is asked for
   */
  public record Arrived(@Nullable Step step, byte[] plain) {}

  /**
   * @param way the steps; asked on the caller's thread
   * @param buffers for full segments, opened
   * @param atOnce how many bytes of a pack to fetch in one request
   */
  public ReadAhead(
      Cursor<Step> way, Sealing sealing, PackReader packs, Buffers buffers, int atOnce) {
    this.way = way;
    this.sealing = sealing;
    this.packs = packs;
    this.buffers = buffers;
    this.atOnce = atOnce;
  }

  /** Waits for the next step; what it gave before is not valid any more. */
  public Arrived next() throws IOException {
    buffers.give(last.plain);
    last = new Arrived(null, new byte[0]);
    while (!ended && coming.size() < MAX_STEPS && bytes < MAX_BYTES) {
      Step step = way.next();
      if (step == null) {
        ended = true;
      } else {
        coming.addLast(begin(step));
      }
    }
    Coming first = coming.pollFirst();
    if (first != null) {
      try {
        last = new Arrived(first.step, first.await());
      } catch (IOException e) {
        coming.addFirst(first);
        throw e;
      }
      bytes -= weight(first.step);
    }
    return last;
  }

  private Coming begin(Step step) {
    Coming next = new Coming(step);
    switch (step) {
      case Step.Begin _ -> next.done(new byte[0]);
      case Step.Segment segment -> {
        bytes += weight(step);
        next.thread = Thread.ofVirtual().name("segment-opener").start(() -> open(segment, next));
      }
    }
    return next;
  }

  private static long weight(Step step) {
    return step instanceof Step.Segment segment ? segment.ref().length() : 0;
  }

  private void open(Step.Segment segment, Coming target) {
    Ref ref = segment.ref();
    byte[] plain = ref.length() > Ref.MAX_LENGTH / 2 ? buffers.take() : new byte[ref.length()];
    try {
      target.done(
          packs.read(
              ref,
              atOnce,
              (block, at) -> {
                try {
                  sealing.open(segment.place(), ref, block, at, plain);
                  return plain;
                } catch (NotAuthentic e) {
                  throw new DataNotAuthentic();
                }
              }));
    } catch (IOException e) {
      buffers.give(plain);
      target.failed(e);
    } catch (RuntimeException | Error e) {
      target.failed(new IOException("A segment could not be opened.", e));
    }
  }

  /** Gives up what is still on its way, and waits until nothing is. */
  @Override
  public void close() {
    coming.forEach(Coming::interrupt);
    boolean interrupted = false;
    while (!coming.isEmpty()) {
      try {
        coming.getFirst().join();
        coming.removeFirst();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A step whose segment may still be on its way. */
  private static final class Coming {
    private final Step step;
    private @Nullable Thread thread;
    private byte @Nullable [] plain;
    private @Nullable IOException failure;

    Coming(Step step) {
      this.step = step;
    }

    synchronized void done(byte[] opened) {
      plain = opened;
      notifyAll();
    }

    synchronized void failed(IOException e) {
      failure = e;
      notifyAll();
    }

    synchronized byte[] await() throws IOException {
      while (plain == null && failure == null) {
        try {
          wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("The download was interrupted.");
        }
      }
      if (failure != null) {
        throw failure;
      }
      return java.util.Objects.requireNonNull(plain);
    }

    void interrupt() {
      if (thread != null) {
        thread.interrupt();
      }
    }

    void join() throws InterruptedException {
      if (thread != null) {
        thread.join();
      }
    }
  }
}
