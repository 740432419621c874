package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.wire.Malformed;

/**
 * References to the segments of a large file, or to lists of them. Each list but the last of its
 * height is full. Immutable.
 *
 * @param height 1 if {@code refs} name segments of content, else they name lists of the height
 *     below
 */
public record SegmentList(int height, List<Ref> refs) {
  /** The most references in a list. */
  public static final int MAX_REFS = 1024;

  private static final int VERSION = 1;
  private static final int MAX_HEIGHT = 4;
  private static final int HEADER = 1 + 1 + 2;

  public SegmentList {
    refs = List.copyOf(refs);
    if (height < 1 || height > MAX_HEIGHT || refs.isEmpty() || refs.size() > MAX_REFS) {
      throw new IllegalArgumentException("There is no such list of segments.");
    }
  }

  /** How many segments of content a full list of this height covers. */
  public static long covered(int height) {
    return 1L << (10 * height);
  }

  /** The bytes to seal. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(HEADER + refs.size() * Ref.ENCODED);
    out.put((byte) VERSION).put((byte) height).putShort((short) refs.size());
    refs.forEach(ref -> ref.encode(out));
    return out.array();
  }

  /** Reads the bytes of an opened list. */
  public static SegmentList decode(byte[] encoded) throws Malformed {
    Fields in = new Fields(encoded);
    in.version(VERSION);
    int height = in.u8();
    int count = in.count(Ref.ENCODED);
    if (height < 1 || height > MAX_HEIGHT || count < 1 || count > MAX_REFS) {
      throw new Malformed("There is no such list of segments.");
    }
    List<Ref> refs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      refs.add(Ref.decode(in));
    }
    in.end();
    return new SegmentList(height, refs);
  }
}
