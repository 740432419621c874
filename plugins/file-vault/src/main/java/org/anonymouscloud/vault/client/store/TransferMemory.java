package org.anonymouscloud.vault.client.store;

/**
 * What the drives of an account share when they send and fetch, so that the memory of all of it
 * together has a bound, however many drives there are. Thread-safe.
 */
public final class TransferMemory {
  private final Buffers buffers = new Buffers(UploadLanes.BUSY);
  private final Blocks blocks = new Blocks(buffers);
  private final Ahead ahead = new Ahead();
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

  /** How far readers may be ahead. */
  public Ahead ahead() {
    return ahead;
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
