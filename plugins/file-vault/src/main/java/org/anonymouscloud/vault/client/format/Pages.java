package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import java.util.List;
import org.anonymouscloud.core.wire.Malformed;

/**
 * Where a folder's entries lie: in a tree of {@link Page}s. Immutable.
 *
 * @param height of the topmost page, 1 if it holds the entries themselves; 0 for an empty folder
 * @param refs the topmost page; none for an empty folder
 */
public record Pages(int height, List<Ref> refs) {
  /** The most pages that stand one above the other. */
  static final int MAX_HEIGHT = 8;

  /** The pages of an empty folder. */
  public static final Pages NONE = new Pages(0, List.of());

  public Pages {
    refs = List.copyOf(refs);
    if (height < 0 || height > MAX_HEIGHT || refs.size() != (height == 0 ? 0 : 1)) {
      throw new IllegalArgumentException("There are no such pages.");
    }
  }

  public boolean isEmpty() {
    return height == 0;
  }

  /** The topmost page of a folder that is not empty. */
  public Ref top() {
    return refs.getFirst();
  }

  int encodedLength() {
    return 1 + refs.size() * Ref.ENCODED;
  }

  void encode(ByteBuffer out) {
    out.put((byte) height);
    refs.forEach(ref -> ref.encode(out));
  }

  static Pages decode(Fields in) throws Malformed {
    int height = in.u8();
    if (height > MAX_HEIGHT) {
      throw new Malformed("A folder has more pages above each other than there can be.");
    }
    return height == 0 ? NONE : new Pages(height, List.of(Ref.decode(in)));
  }
}
