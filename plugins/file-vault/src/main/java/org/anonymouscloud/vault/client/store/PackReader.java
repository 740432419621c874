package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jspecify.annotations.Nullable;

/**
 * Reads sealed segments by blocks of packs: small segments that lie side by side come in one
 * request, and the server does not see where a segment begins and ends. Thread-safe.
 */
public final class PackReader {
  /** The largest block. */
  public static final int MAX_BLOCK = 1 << 20;

  private static final long KEPT_BYTES = 24L << 20;

  private final RemoteVault remote;
  private final Buffers buffers = new Buffers(MAX_BLOCK, (int) (KEPT_BYTES / MAX_BLOCK));

  // Guarded by this; the block that was used longest ago comes first.
  private final Map<Span, Block> blocks = new LinkedHashMap<>(16, 0.75f, true);
  private long kept;

  public PackReader(RemoteVault remote) {
    this.remote = remote;
  }

  /** Uses the sealed bytes while they stand in an array. */
  @FunctionalInterface
  public interface Use<T> {
    T of(byte[] bytes, int offset) throws IOException;
  }

  private record Span(PackName pack, int offset, int length) {
    int end() {
      return offset + length;
    }
  }

  /** A block that is there, is being fetched, or could not be. Guarded by the reader. */
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
  private record Held(Block block, byte[] bytes) {}

  /**
   * Reads a sealed segment.
   *
   * @param atOnce how many bytes to fetch with it, at most {@link #MAX_BLOCK}: few where one thing
   *     is looked up, many where what lies beside it will be wanted too
   * @param use is given an array that holds the segment from an offset on; it must not keep it
   */
  public <T> T read(Ref ref, int atOnce, Use<T> use) throws IOException {
    try {
      return readBlocks(ref, blockSize(ref, atOnce), use);
    } catch (Untrusted e) {
      // The server may have erred once; what it sent must not stand in the way of a better answer.
      forget(ref.pack());
      throw e;
    }
  }

  private <T> T readBlocks(Ref ref, int size, Use<T> use) throws IOException {
    Held first = hold(ref.pack(), size, ref.offset());
    try {
      Span span = first.block.span;
      if (ref.end() <= span.end()) {
        return use.of(first.bytes, ref.offset() - span.offset);
      }
    } finally {
      release(first.block);
    }
    byte[] whole = ref.sealedLength() <= MAX_BLOCK ? buffers.take() : new byte[ref.sealedLength()];
    try {
      for (int at = ref.offset(); at < ref.end(); ) {
        at += copy(ref, size, at, whole);
      }
      return use.of(whole, 0);
    } finally {
      buffers.give(whole);
    }
  }

  /** Copies what one block has of a segment from an offset on, and says how much that is. */
  private int copy(Ref ref, int size, int at, byte[] whole) throws IOException {
    Held held = hold(ref.pack(), size, at);
    try {
      Span span = held.block.span;
      int length = Math.min(ref.end(), span.end()) - at;
      System.arraycopy(held.bytes, at - span.offset, whole, at - ref.offset(), length);
      return length;
    } finally {
      release(held.block);
    }
  }

  /**
   * A power of two. As a pack's length is one too and not less than the segment's end, a block of
   * at most the next power of two after the end never reaches beyond the pack.
   */
  private static int blockSize(Ref ref, int atOnce) {
    int least = Math.max(VaultMessages.MIN_PACK, ceiling(ref.end()));
    int wanted = Math.max(ceiling(ref.sealedLength()), ceiling(atOnce));
    return Math.min(least, Math.min(wanted, MAX_BLOCK));
  }

  private static int ceiling(int value) {
    return Integer.highestOneBit(2 * value - 1);
  }

  /**
   * A block with the byte at an offset: one that is there, of whatever length, or one of this size.
   * It stays until it is released.
   */
  private Held hold(PackName pack, int size, int offset) throws IOException {
    while (true) {
      Block block;
      boolean mine;
      synchronized (this) {
        Block there = there(pack, offset);
        mine = there == null;
        if (there == null) {
          block = new Block(new Span(pack, offset / size * size, size));
          blocks.put(block.span, block);
        } else {
          block = there;
          block.users++;
        }
      }
      byte[] bytes = null;
      try {
        bytes = mine ? fetch(block) : await(block);
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

  private @Nullable Block there(PackName pack, int offset) {
    for (int size = MAX_BLOCK; size >= VaultMessages.MIN_PACK; size /= 2) {
      Block block = blocks.get(new Span(pack, offset / size * size, size));
      if (block != null) {
        return block;
      }
    }
    return null;
  }

  private synchronized void forget(PackName pack) {
    blocks
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = entry.getKey().pack.equals(pack) && entry.getValue().bytes != null;
              kept -= gone ? entry.getKey().length : 0;
              return gone;
            });
  }

  private byte[] fetch(Block block) throws IOException {
    Span span = block.span;
    byte[] bytes = span.length == MAX_BLOCK ? buffers.take() : new byte[span.length];
    IOException failure = null;
    try {
      remote.get(span.pack, span.offset, span.length, bytes);
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
      evict();
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

  private synchronized void release(Block block) {
    block.users--;
    evict();
  }

  private void evict() {
    Iterator<Map.Entry<Span, Block>> oldest = blocks.entrySet().iterator();
    while (kept > KEPT_BYTES && oldest.hasNext()) {
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
