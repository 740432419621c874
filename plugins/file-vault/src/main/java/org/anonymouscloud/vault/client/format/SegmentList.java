package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.wire.Malformed;

/**
 * What a large file is made of: its segments, or lists of them. Each list but the last of its
 * height is full. Immutable.
 *
 * @param height 1 if {@code extents} are segments of content, else they are lists of the height
 *     below
 */
public record SegmentList(int height, List<Extent> extents) {
  /** The most extents in a list. */
  public static final int MAX_EXTENTS = 1024;

  private static final int VERSION = 1;
  private static final int MAX_HEIGHT = 4;
  private static final int HEADER = 1 + 1 + 2;

  public SegmentList {
    extents = List.copyOf(extents);
    if (height < 1 || height > MAX_HEIGHT || extents.isEmpty() || extents.size() > MAX_EXTENTS) {
      throw new IllegalArgumentException("There is no such list of segments.");
    }
  }

  /** How many segments of content a full list of this height covers. */
  public static long covered(int height) {
    return 1L << (10 * height);
  }

  /** The bytes to seal. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(HEADER + extents.size() * Extent.ENCODED);
    out.put((byte) VERSION).put((byte) height).putShort((short) extents.size());
    extents.forEach(extent -> extent.encode(out));
    return out.array();
  }

  /** Reads an extent: zeros alone are a hole, which no reference encodes to. */
  static Extent extent(Fields in) throws Malformed {
    return in.skipZeros(Extent.ENCODED) ? Hole.ZEROS : Ref.decode(in);
  }

  /** Reads the bytes of an opened list. */
  public static SegmentList decode(byte[] encoded) throws Malformed {
    Fields in = new Fields(encoded);
    in.version(VERSION);
    int height = in.u8();
    int count = in.count(Extent.ENCODED);
    if (height < 1 || height > MAX_HEIGHT || count < 1 || count > MAX_EXTENTS) {
      throw new Malformed("There is no such list of segments.");
    }
    List<Extent> extents = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      extents.add(extent(in));
    }
    in.end();
    return new SegmentList(height, extents);
  }
}
