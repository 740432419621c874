package org.anonymouscloud.vault.client.space;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.vault.client.format.Extent;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * Which packs trees refer to, and how much of each: first those of earlier states, then those of
 * the newest. It keeps some bytes for each pack, page and list; for each segment of content only
 * where a pack is the newest state's alone. Not thread-safe.
 */
final class Marks {
  /** An offset in a pack has less than so many bits. */
  private static final int OFFSET_BITS = 25;

  /** Drawn anew each time, so that nobody makes two things that are taken for one. */
  private final byte[] salt = RandomBytes.next(16);

  private final Map<PackName, Integer> numbers = new HashMap<>();

  // What was passed, by what it is: where something lies is only what a member's device says of it.
  private final PlaceSet earlier = new PlaceSet();
  private PlaceSet newest = new PlaceSet();

  /** Where the pages and lists lie, which opened, of earlier states. */
  private final PlaceSet earlierSpots = new PlaceSet();

  // By the number of the pack.
  private boolean[] pinned = new boolean[64];
  private int[] reach = new int[64];
  private int[] live = new int[64];
  private int[] segments = new int[64];

  private boolean ofEarlier = true;

  /**
   * A pack that trees refer to.
   *
   * @param reach it has at least so many bytes
   * @param pinned whether an earlier state refers to it, too
   * @param live bytes of what the newest state refers to, if it is not pinned
   * @param segments how many of those are of full segments of content
   */
  record Marked(int reach, boolean pinned, int live, int segments) {}

  /** What comes next is of the newest state; what was said of one before is forgotten. */
  void beginNewest() {
    ofEarlier = false;
    newest = new PlaceSet();
    Arrays.fill(live, 0);
    Arrays.fill(segments, 0);
  }

  /** What comes next is of an earlier state. */
  void beginEarlier() {
    ofEarlier = true;
  }

  /**
   * Marks where a page or a list lies.
   *
   * @return false if all that it refers to is marked already
   */
  boolean enter(Place place, Ref node) {
    int pack = number(node.pack());
    long what = what(place, node);
    if (earlier.contains(what) || (!ofEarlier && newest.contains(what))) {
      return false;
    }
    mark(pack, node);
    return true;
  }

  /** All that a page or a list refers to, which opened, is marked. */
  void passed(Place place, Ref node) {
    int pack = number(node.pack());
    boolean first = (ofEarlier ? earlier : newest).add(what(place, node));
    if (ofEarlier) {
      var _ = earlierSpots.add(spot(pack, node));
    } else if (first) {
      live[pack] += node.sealedLength();
    }
  }

  /**
   * Marks where a segment of content lies.
   *
   * @return whether it is the first time, if no earlier state was marked
   */
  boolean segment(Place place, Ref segment) {
    int pack = number(segment.pack());
    mark(pack, segment);
    if (ofEarlier || pinned[pack] || !newest.add(what(place, segment))) {
      return false;
    }
    live[pack] += segment.sealedLength();
    segments[pack] += segment.length() == Ref.MAX_LENGTH ? segment.sealedLength() : 0;
    return true;
  }

  private void mark(int pack, Ref ref) {
    pinned[pack] |= ofEarlier;
    reach[pack] = Math.max(reach[pack], ref.end());
  }

  /** Whether an earlier state refers to a page or list. */
  boolean isOfEarlier(Ref node) {
    Integer pack = numbers.get(node.pack());
    return pack != null && earlierSpots.contains(spot(pack, node));
  }

  /** Whether an earlier state or the newest refers to a pack. */
  boolean isNeeded(PackName name) {
    Integer pack = numbers.get(name);
    return pack != null && (pinned[pack] || live[pack] > 0);
  }

  /** What is known of a pack that is referred to. */
  Marked of(PackName name) {
    int pack = Objects.requireNonNull(numbers.get(name));
    return new Marked(reach[pack], pinned[pack], live[pack], segments[pack]);
  }

  /** All packs that are referred to. */
  Iterable<PackName> packs() {
    return numbers.keySet();
  }

  private int number(PackName name) {
    Integer known = numbers.get(name);
    if (known != null) {
      return known;
    }
    int number = numbers.size();
    numbers.put(name, number);
    if (number == reach.length) {
      pinned = Arrays.copyOf(pinned, 2 * number);
      reach = Arrays.copyOf(reach, 2 * number);
      live = Arrays.copyOf(live, 2 * number);
      segments = Arrays.copyOf(segments, 2 * number);
    }
    return number;
  }

  private long what(Place place, Ref ref) {
    byte[] context = place.context();
    ByteBuffer all = ByteBuffer.allocate(salt.length + context.length + Extent.ENCODED);
    all.put(salt).put(context);
    ref.encode(all);
    return ByteBuffer.wrap(Digest.sha256(all.array()).bytes()).getLong() & Long.MAX_VALUE;
  }

  private static long spot(int pack, Ref ref) {
    return ((long) pack << OFFSET_BITS) | ref.offset();
  }
}
