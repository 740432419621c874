package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * What all writers share, so that their memory has a bound: how many packs are on their way at a
 * time, how many are in memory while they fill, and the arrays of sealed segments. Thread-safe.
 */
public final class UploadLanes {
  /** Bytes of a full segment when it is sealed. */
  public static final int SEALED = ChunkedEncryption.sealedLength(Ref.MAX_LENGTH);

  /** Enough that one is on the wire and one waits for the server's disk, while another fills. */
  private static final int LANES = 2;

  /**
   * Enough for one upload: those on their way and two that fill, or one of which waits for that.
   */
  static final int LARGE = LANES + 2;

  /** Arrays that fill those packs, and those that become one of them. */
  static final int BUSY = (LANES + 1) * (VaultMessages.MAX_PACK / SEALED + 1) + 8;

  /**
   * Enough for small files. More would fill the memory that a download needs, and the collector
   * would go through all of it again and again.
   */
  static final int IDLE = 8;

  private final Semaphore lanes = new Semaphore(LANES);
  private final Semaphore large = new Semaphore(LARGE);
  private final AtomicInteger writers = new AtomicInteger();
  private final Buffers buffers;
  private final Blocks blocks;
  private final Scratch scratch;

  /** Where a pack fills for which there is no room in memory. */
  @FunctionalInterface
  public interface Scratch {
    /** Opens an empty file that is gone once it is closed. */
    FileChannel open() throws IOException;
  }

  /**
   * @param blocks that were read, which give way
   */
  UploadLanes(Buffers buffers, Blocks blocks, Scratch scratch) {
    this.buffers = buffers;
    this.blocks = blocks;
    this.scratch = scratch;
  }

  /** Arrays for full segments, sealed. */
  public Buffers buffers() {
    return buffers;
  }

  void enter() throws InterruptedIOException {
    try {
      lanes.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The upload was interrupted.");
    }
  }

  void leave() {
    lanes.release();
  }

  void join() {
    writers.incrementAndGet();
  }

  void part() {
    if (writers.decrementAndGet() == 0 && buffers.trim(IDLE) > IDLE) {
      // They are old: the collector would let the heap grow by as much again before it looks there.
      System.gc();
    }
  }

  /** Whether one more pack may be in memory that is longer than a full segment. */
  boolean mayGrow() {
    boolean may = large.tryAcquire();
    if (may) {
      blocks.giveWay();
    }
    return may;
  }

  /** A pack that {@link #mayGrow} has let grow is in memory no more. */
  void shrunk() {
    large.release();
  }

  FileChannel scratch() throws IOException {
    return scratch.open();
  }
}
