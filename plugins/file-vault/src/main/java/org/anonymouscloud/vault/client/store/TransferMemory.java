package org.anonymouscloud.vault.client.store;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the drives of an account share when they send and fetch, so that the memory of all of it
 * together has a bound, however many drives there are. Thread-safe.
 */
public final class TransferMemory {
  private static final long MOST_AHEAD = 24L << 20;

  private final Buffers buffers = new Buffers(UploadLanes.BUSY);
  private final Blocks blocks = new Blocks(buffers);
  private final AtomicLong aheadLeft = new AtomicLong(MOST_AHEAD);
  private final UploadLanes lanes;

  /**
   * @param scratch for what finds no room
   */
  public TransferMemory(UploadLanes.Scratch scratch) {
    this.lanes = new UploadLanes(buffers, blocks, scratch);
  }

  /** Arrays for full segments. */
  public Buffers buffers() {
    return buffers;
  }

  /**
   * Whether a reader may go on ahead of what was asked of it. Each may by one segment, however many
   * there are; more is shared by all.
   */
  public boolean mayBeAhead() {
    return aheadLeft.get() > 0;
  }

  /** A reader is ahead by so many bytes more, or less. */
  public void ahead(long bytes) {
    aheadLeft.addAndGet(-bytes);
  }

  /** Ways for packs to the server. */
  public UploadLanes lanes() {
    return lanes;
  }

  /** Blocks of packs that were read. */
  public Blocks blocks() {
    return blocks;
  }
}
