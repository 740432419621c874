package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of packs that were read and may be wanted again, and those that are being fetched: who
 * wants one of these waits for it. Those used longest ago go first. Thread-safe.
 */
public final class Blocks {
  private static final long KEPT_BYTES = 24L << 20;

  /** What stays where their arrays are wanted. */
  private static final long LEAST_BYTES = 4L << 20;

  private final Buffers buffers;

  // Guarded by this; the block that was used longest ago comes first.
  private final Map<Span, Block> blocks = new LinkedHashMap<>(16, 0.75f, true);
  private long kept;

  Blocks(Buffers buffers) {
    this.buffers = buffers;
  }

  /** Arrays for the largest blocks. */
  Buffers buffers() {
    return buffers;
  }

  /** Bytes of the blocks that are there. */
  synchronized long kept() {
    return kept;
  }

  /** Asks the server for a block. */
  @FunctionalInterface
  interface Fetch {
    void into(Span span, byte[] bytes) throws IOException;
  }

  /** Which bytes of a pack. A hostile member may call a pack as one of another drive is called. */
  record Span(DriveId drive, PackName pack, int offset, int length) {
    int end() {
      return offset + length;
    }
  }

  /** A block that is there, is being fetched, or could not be. Guarded by the blocks. */
  private static final class Block {
    private final Span span;
    private int users = 1;
    private byte @Nullable [] bytes;
    private @Nullable IOException failure;

    Block(Span span) {
      this.span = span;
    }
  }

  /** A block's bytes, which nobody else uses before it is released. */
  static final class Held {
    private final Block block;
    private final byte[] bytes;

    private Held(Block block, byte[] bytes) {
      this.block = block;
      this.bytes = bytes;
    }

    Span span() {
      return block.span;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /**
   * A block with the byte at an offset: one that is there, of whatever length, or one of this size.
   * It stays until it is released.
   */
  Held hold(DriveId drive, PackName pack, int size, int offset, Fetch fetch) throws IOException {
    while (true) {
      Block block;
      boolean mine;
      synchronized (this) {
        Block there = there(drive, pack, offset);
        mine = there == null;
        if (there == null) {
          block = new Block(new Span(drive, pack, offset / size * size, size));
          blocks.put(block.span, block);
        } else {
          block = there;
          block.users++;
        }
      }
      byte[] bytes = null;
      try {
        bytes = mine ? fetch(block, fetch) : await(block);
      } finally {
        if (bytes == null) {
          release(block);
        }
      }
      if (bytes != null) {
        return new Held(block, bytes);
      }
    }
  }

  private @Nullable Block there(DriveId drive, PackName pack, int offset) {
    for (int size = Buffers.SIZE; size >= VaultMessages.MIN_PACK; size /= 2) {
      Block block = blocks.get(new Span(drive, pack, offset / size * size, size));
      if (block != null) {
        return block;
      }
    }
    return null;
  }

  /** Forgets what was read of a pack. */
  synchronized void forget(DriveId drive, PackName pack) {
    blocks
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone =
                  entry.getKey().drive.equals(drive)
                      && entry.getKey().pack.equals(pack)
                      && entry.getValue().bytes != null;
              kept -= gone ? entry.getKey().length : 0;
              return gone;
            });
  }

  private byte[] fetch(Block block, Fetch fetch) throws IOException {
    Span span = block.span;
    byte[] bytes = span.length == Buffers.SIZE ? buffers.take() : new byte[span.length];
    IOException failure = null;
    try {
      fetch.into(span, bytes);
    } catch (IOException e) {
      failure = e;
      throw e;
    } catch (RuntimeException | Error e) {
      failure = new IOException("A block could not be read.", e);
      throw e;
    } finally {
      settle(block, bytes, failure);
    }
    return bytes;
  }

  private synchronized void settle(Block block, byte[] bytes, @Nullable IOException failure) {
    if (failure != null) {
      block.failure = failure;
      blocks.remove(block.span);
    } else {
      block.bytes = bytes;
      kept += block.span.length;
      evict(KEPT_BYTES);
    }
    notifyAll();
  }

  /** The bytes that another reader fetches; null if that one was interrupted. */
  private synchronized byte @Nullable [] await(Block block) throws IOException {
    while (block.bytes == null && block.failure == null) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("The download was interrupted.");
      }
    }
    if (block.failure != null && !(block.failure instanceof InterruptedIOException)) {
      throw block.failure;
    }
    return block.bytes;
  }

  /** Says that nothing of it is used any more. */
  void release(Held held) {
    release(held.block);
  }

  private synchronized void release(Block block) {
    block.users--;
    evict(KEPT_BYTES);
  }

  /** Gives up most of what is kept, for work that needs the arrays. */
  synchronized void giveWay() {
    evict(LEAST_BYTES);
  }

  private void evict(long most) {
    Iterator<Map.Entry<Span, Block>> oldest = blocks.entrySet().iterator();
    while (kept > most && oldest.hasNext()) {
      Map.Entry<Span, Block> entry = oldest.next();
      byte[] bytes = entry.getValue().bytes;
      if (bytes != null && entry.getValue().users == 0) {
        oldest.remove();
        kept -= entry.getKey().length;
        buffers.give(bytes);
      }
    }
  }
}
