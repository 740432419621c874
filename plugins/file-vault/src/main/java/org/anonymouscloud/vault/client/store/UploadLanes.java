package org.anonymouscloud.vault.client.store;

import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * What all writers share, so that their memory has a bound: how many packs are on their way at a
 * time, how large a pack may grow, and the arrays of sealed segments. Thread-safe.
 */
public final class UploadLanes {
  /** Bytes of a full segment when it is sealed. */
  public static final int SEALED = ChunkedEncryption.sealedLength(Ref.MAX_LENGTH);

  /** Enough that one fills, one is on the wire and one waits for the server's disk. */
  private static final int LANES = 3;

  /** Arrays that fill those packs, and those that become one of them. */
  static final int BUSY = (LANES + 1) * (VaultMessages.MAX_PACK / SEALED + 1) + 8;

  /**
   * Enough for small files. More would fill the memory that a download needs, and the collector
   * would go through all of it again and again.
   */
  static final int IDLE = 8;

  private final Semaphore lanes = new Semaphore(LANES);
  private final AtomicInteger writers = new AtomicInteger();
  private final Buffers buffers;

  UploadLanes(Buffers buffers) {
    this.buffers = buffers;
  }

  /** With arrays of their own. */
  public UploadLanes() {
    this(new Buffers(BUSY));
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
    if (writers.decrementAndGet() == 0) {
      buffers.trim(IDLE);
    }
  }

  /** How full a pack gets: each writer holds one in memory, so many writers make smaller ones. */
  int packLimit() {
    int count = writers.get();
    return count <= 2 ? VaultMessages.MAX_PACK : count <= 8 ? VaultMessages.MAX_PACK / 4 : SEALED;
  }
}
