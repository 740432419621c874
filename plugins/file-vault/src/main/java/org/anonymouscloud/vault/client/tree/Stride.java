package org.anonymouscloud.vault.client.tree;

import java.util.LinkedHashMap;
import java.util.Map;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * How many bytes of a pack to fetch with a page: few where one page is looked up, twice as many
 * each time where a walk goes on behind what it had. Thread-safe.
 */
final class Stride {
  /** Four full pages. */
  static final int SHORTEST = 16 * 1024;

  private static final int KEPT_ENDS = 256;

  // Guarded by this. Where blocks end, and how long they were.
  private final Map<End, Integer> ends =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<End, Integer> eldest) {
          return size() > KEPT_ENDS;
        }
      };

  private record End(PackName pack, int offset) {}

  /** For how many bytes to ask with a page, a power of two; blocks begin at its multiples. */
  synchronized int next(Ref ref) {
    int last = (ref.end() - 1) / SHORTEST * SHORTEST;
    Integer before = ref.offset() <= last ? ends.get(new End(ref.pack(), last)) : null;
    int length = SHORTEST;
    if (before != null) {
      length = Math.min(2 * before, PackReader.MAX_BLOCK);
      while (last % length != 0) {
        length /= 2;
      }
    }
    ends.merge(new End(ref.pack(), last + length), length, Math::max);
    // One block for a page that lies in two, if there is one of twice the length.
    boolean pair = ref.offset() < last && last % (2 * SHORTEST) != 0;
    return before == null && pair ? 2 * SHORTEST : length;
  }
}
