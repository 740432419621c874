package org.anonymouscloud.vault.client.content;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.Sealing;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.store.TransferMemory;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Goes through files step by step while the segments of the next steps are fetched and opened on
 * other threads. A segment is given out only when all of it is verified. Not thread-safe.
 */
public final class ReadAhead implements AutoCloseable {
  private static final int MAX_STEPS = 256;
  private static final byte[] NOTHING = new byte[0];

  /** What is given out for a segment of zeros; nobody writes into it. */
  private static final byte[] ZEROS = new byte[Ref.MAX_LENGTH];

  private static final long MAX_BYTES = 8L << 20;

  private final Cursor<Step> way;
  private final Sealing sealing;
  private final PackReader packs;
  private final TransferMemory memory;
  private final int atOnce;
  private final Deque<Coming> coming = new ArrayDeque<>();

  /** What nobody waits for any more, and may still be on its way. */
  private final List<Coming> dropped = new ArrayList<>();

  /** Whether steps are left out until something begins. */
  private boolean passing;

  private boolean ended;
  private long bytes;
  private Arrived last = new Arrived(null, NOTHING);

  /**
   * A step, and the bytes of its segment.
   *
   * @param step null after the last one
   * @param plain the segment from its start, valid until the next step is asked for; only to be
   *     read
   */
  public record Arrived(@Nullable Step step, byte[] plain) {}

  /**
   * @param way the steps; asked on the caller's thread
   * @param memory that all readers share
   * @param atOnce how many bytes of a pack to fetch in one request
   */
  public ReadAhead(
      Cursor<Step> way, Sealing sealing, PackReader packs, TransferMemory memory, int atOnce) {
    this.way = way;
    this.sealing = sealing;
    this.packs = packs;
    this.memory = memory;
    this.atOnce = atOnce;
  }

  /**
   * Waits for the next step; what it gave before is not valid any more.
   *
   * @throws Untrusted if the file that began last cannot be read further; the next step is then the
   *     beginning of what comes after it
   */
  public Arrived next() throws IOException {
    if (last.step instanceof Step.Stored) {
      memory.buffers().give(last.plain);
    }
    last = new Arrived(null, NOTHING);
    fetch();
    Coming first = coming.pollFirst();
    if (first != null) {
      weigh(-weight(first.step));
      try {
        last = new Arrived(first.step, first.await());
      } catch (Untrusted e) {
        passFile();
        throw e;
      } catch (IOException e) {
        dropped.add(first);
        throw e;
      }
    }
    return last;
  }

  private void fetch() throws IOException {
    while (!ended && coming.size() < MAX_STEPS && mayGoOn()) {
      try {
        Step step = way.next();
        if (step == null) {
          ended = true;
        } else if (!passing || step instanceof Step.Begin) {
          passing = false;
          coming.addLast(begin(step));
        }
      } catch (Untrusted e) {
        if (!passing) {
          // It is told of in its turn.
          passing = true;
          coming.addLast(failed(e));
          return;
        }
      }
    }
  }

  private boolean mayGoOn() {
    return bytes == 0 || (bytes < MAX_BYTES && memory.mayBeAhead());
  }

  private void weigh(long more) {
    bytes += more;
    memory.ahead(more);
  }

  /** Leaves out what is still to come of the file that began last. */
  private void passFile() {
    while (!coming.isEmpty() && !(coming.getFirst().step instanceof Step.Begin)) {
      Coming rest = coming.removeFirst();
      weigh(-weight(rest.step));
      rest.interrupt();
      dropped.add(rest);
    }
    passing = coming.isEmpty();
    dropped.removeIf(Coming::isOver);
  }

  private Coming begin(Step step) {
    Coming next = new Coming(step);
    switch (step) {
      case Step.Begin _ -> next.done(NOTHING);
      case Step.Zeros _ -> next.done(ZEROS);
      case Step.Stored segment -> {
        weigh(weight(step));
        next.thread = Thread.ofVirtual().name("segment-opener").start(() -> open(segment, next));
      }
    }
    return next;
  }

  private static Coming failed(Untrusted why) {
    Coming next = new Coming(null);
    next.failed(why);
    return next;
  }

  private static long weight(@Nullable Step step) {
    return step instanceof Step.Stored segment ? segment.ref().length() : 0;
  }

  private void open(Step.Stored segment, Coming target) {
    Ref ref = segment.ref();
    byte[] plain =
        ref.length() > Ref.MAX_LENGTH / 2 ? memory.buffers().take() : new byte[ref.length()];
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
      memory.buffers().give(plain);
      target.failed(e);
    } catch (RuntimeException | Error e) {
      target.failed(new IOException("A segment could not be opened.", e));
    }
  }

  /** Gives up what is still on its way, and waits until nothing is. */
  @Override
  public void close() {
    weigh(-bytes);
    dropped.addAll(coming);
    coming.clear();
    dropped.forEach(Coming::interrupt);
    boolean interrupted = false;
    while (!dropped.isEmpty()) {
      try {
        dropped.getLast().join();
        dropped.removeLast();
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
    private final @Nullable Step step;
    private @Nullable Thread thread;
    private byte @Nullable [] plain;
    private @Nullable IOException failure;

    /**
     * @param step null if there is none, but a failure
     */
    Coming(@Nullable Step step) {
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

    boolean isOver() {
      return thread == null || !thread.isAlive();
    }

    void join() throws InterruptedException {
      if (thread != null) {
        thread.join();
      }
    }
  }
}
