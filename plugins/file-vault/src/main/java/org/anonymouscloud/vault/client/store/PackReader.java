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

  private record Span(PackName pack, int offset, int length) {}

  /** A block that is there, is being fetched, or could not be. Guarded by the reader. */
  private static final class Block {
    private int users = 1;
    private byte @Nullable [] bytes;
    private @Nullable IOException failure;
  }

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
    int first = ref.offset() / size;
    int last = (ref.end() - 1) / size;
    if (first == last) {
      return within(ref.pack(), size, first, ref.offset() - first * size, use);
    }
    byte[] whole = ref.sealedLength() <= MAX_BLOCK ? buffers.take() : new byte[ref.sealedLength()];
    try {
      for (int i = first; i <= last; i++) {
        copy(ref, size, i, whole);
      }
      return use.of(whole, 0);
    } finally {
      buffers.give(whole);
    }
  }

  private void copy(Ref ref, int size, int index, byte[] whole) throws IOException {
    int start = Math.max(ref.offset(), index * size);
    int end = Math.min(ref.end(), (index + 1) * size);
    within(
        ref.pack(),
        size,
        index,
        start - index * size,
        (bytes, offset) -> {
          System.arraycopy(bytes, offset, whole, start - ref.offset(), end - start);
          return whole;
        });
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

  private <T> T within(PackName pack, int size, int index, int inside, Use<T> use)
      throws IOException {
    int offset = index * size + inside;
    while (true) {
      Span span;
      Block block;
      boolean mine;
      synchronized (this) {
        span = there(new Span(pack, index * size, size));
        Block there = blocks.get(span);
        mine = there == null;
        block = there == null ? new Block() : there;
        if (mine) {
          blocks.put(span, block);
        } else {
          block.users++;
        }
      }
      try {
        byte[] bytes = mine ? fetch(span, block) : await(block);
        if (bytes != null) {
          return use.of(bytes, offset - span.offset);
        }
      } finally {
        release(block);
      }
    }
  }

  /** The span of a block that is there and holds this one, or this one. */
  private Span there(Span span) {
    for (int size = span.length; size <= MAX_BLOCK; size *= 2) {
      Span larger = new Span(span.pack, span.offset / size * size, size);
      if (blocks.containsKey(larger)) {
        return larger;
      }
    }
    return span;
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

  private byte[] fetch(Span span, Block block) throws IOException {
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
      settle(span, block, bytes, failure);
    }
    return bytes;
  }

  private synchronized void settle(
      Span span, Block block, byte[] bytes, @Nullable IOException failure) {
    if (failure != null) {
      block.failure = failure;
      blocks.remove(span);
    } else {
      block.bytes = bytes;
      kept += span.length;
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
