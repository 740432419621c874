package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.wire.Malformed;

/**
 * Where a file's bytes lie. Segment i holds the bytes from {@code i * Ref.MAX_LENGTH} on; each but
 * the last is full. Up to four segments are referred to at once, more by a {@link SegmentList}.
 * Immutable.
 *
 * @param length bytes in the file
 * @param height of the list that {@code extents} holds; 0 if they are the segments themselves
 * @param extents all segments, in order; or the one list above them
 */
public record Content(long length, int height, List<Extent> extents) {
  /** The most segments that are referred to without a list. */
  public static final int MAX_INLINE = 4;

  /** The most bytes in a file: 2^50, for which four lists one above the other suffice. */
  public static final long MAX_LENGTH = 1L << 50;

  /** The content of an empty file. */
  public static final Content EMPTY = new Content(0, 0, List.of());

  /**
   * @throws IllegalArgumentException if height and references are not those of this length
   */
  public Content {
    extents = List.copyOf(extents);
    if (length < 0 || length > MAX_LENGTH) {
      throw new IllegalArgumentException("A file has a length that there is not.");
    }
    long segments = segments(length);
    if (height != heightFor(segments) || extents.size() != (height == 0 ? segments : 1)) {
      throw new IllegalArgumentException("A file's length and its segments differ.");
    }
    for (int i = 0; height == 0 && i < segments; i++) {
      if (extents.get(i) instanceof Ref ref && ref.length() != segmentLength(length, i)) {
        throw new IllegalArgumentException("A segment is not as long as its file says.");
      }
    }
  }

  /** How many segments a file of this length has. */
  public static long segments(long length) {
    return (length + Ref.MAX_LENGTH - 1) / Ref.MAX_LENGTH;
  }

  /** How many bytes of a file of this length segment {@code index} holds. */
  public static int segmentLength(long length, long index) {
    return (int) Math.min(Ref.MAX_LENGTH, length - index * Ref.MAX_LENGTH);
  }

  /** The height of the list that a file of so many segments needs; 0 for none. */
  public static int heightFor(long segments) {
    if (segments <= MAX_INLINE) {
      return 0;
    }
    int height = 1;
    while (SegmentList.covered(height) < segments) {
      height++;
    }
    return height;
  }

  int encodedLength() {
    return 8 + 1 + extents.size() * Extent.ENCODED;
  }

  void encode(ByteBuffer out) {
    out.putLong(length).put((byte) height);
    extents.forEach(extent -> extent.encode(out));
  }

  static Content decode(Fields in) throws Malformed {
    long length = in.u63();
    int height = in.u8();
    if (length > MAX_LENGTH) {
      throw new Malformed("A file has a length that there is not.");
    }
    long segments = segments(length);
    if (height != heightFor(segments)) {
      throw new Malformed("A file's length and its segments differ.");
    }
    int count = height == 0 ? (int) segments : 1;
    List<Extent> extents = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      extents.add(SegmentList.extent(in));
    }
    try {
      return new Content(length, height, extents);
    } catch (IllegalArgumentException e) {
      throw new Malformed("A segment is not as long as its file says.");
    }
  }
}
