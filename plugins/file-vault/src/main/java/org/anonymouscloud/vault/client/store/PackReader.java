package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * Reads sealed segments by blocks of packs: small segments that lie side by side come in one
 * request, and the server does not see where a segment begins and ends. Thread-safe.
 */
public final class PackReader {
  /** The largest block. */
  public static final int MAX_BLOCK = Buffers.SIZE;

  private final RemoteVault remote;
  private final Blocks blocks;

  /**
   * @param blocks that were read and may be there still
   */
  public PackReader(RemoteVault remote, Blocks blocks) {
    this.remote = remote;
    this.blocks = blocks;
  }

  /** Of what the server has now: nothing that was read before is there. */
  public PackReader(RemoteVault remote) {
    this(remote, new Blocks(new Buffers(UploadLanes.IDLE)));
  }

  /** Uses the sealed bytes while they stand in an array. */
  @FunctionalInterface
  public interface Use<T> {
    T of(byte[] bytes, int offset) throws IOException;
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
      blocks.forget(remote.drive(), ref.pack());
      throw e;
    }
  }

  private <T> T readBlocks(Ref ref, int size, Use<T> use) throws IOException {
    Blocks.Held first = hold(ref, size, ref.offset());
    try {
      Blocks.Span span = first.span();
      if (ref.end() <= span.end()) {
        return use.of(first.bytes(), ref.offset() - span.offset());
      }
    } finally {
      blocks.release(first);
    }
    byte[] whole =
        ref.sealedLength() <= MAX_BLOCK ? blocks.buffers().take() : new byte[ref.sealedLength()];
    try {
      for (int at = ref.offset(); at < ref.end(); ) {
        at += copy(ref, size, at, whole);
      }
      return use.of(whole, 0);
    } finally {
      blocks.buffers().give(whole);
    }
  }

  /** Copies what one block has of a segment from an offset on, and says how much that is. */
  private int copy(Ref ref, int size, int at, byte[] whole) throws IOException {
    Blocks.Held held = hold(ref, size, at);
    try {
      Blocks.Span span = held.span();
      int length = Math.min(ref.end(), span.end()) - at;
      System.arraycopy(held.bytes(), at - span.offset(), whole, at - ref.offset(), length);
      return length;
    } finally {
      blocks.release(held);
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

  private Blocks.Held hold(Ref ref, int size, int offset) throws IOException {
    return blocks.hold(
        remote.drive(),
        ref.pack(),
        size,
        offset,
        (span, bytes) -> remote.get(span.pack(), span.offset(), span.length(), bytes));
  }
}
