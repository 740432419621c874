package org.anonymouscloud.vault.client.content;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.vault.client.format.Extent;
import org.anonymouscloud.vault.client.format.Hole;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * The version of a file before the one that is being written: what it has need not be sent again,
 * unless the server's disk has lost it. The server is asked when something is to be used again, for
 * all of the segments that come next at once, so that a slow line is asked seldom and a file that
 * is new throughout costs no question. Thread-safe.
 */
final class LastVersion {
  /** Of one pack each at the worst, which one question takes. */
  private static final int AHEAD = 1_023;

  private final PacksThere packs;
  private final SegmentCursor cursor;
  private final Deque<Extent> ahead = new ArrayDeque<>();
  private final Set<PackName> packsAhead = new HashSet<>();
  private boolean ended;

  LastVersion(PacksThere packs, SegmentCursor cursor) {
    this.packs = packs;
    this.cursor = cursor;
  }

  /** One of its segments. */
  record Segment(Ref ref, LastVersion version) {
    /** Whether the server has it still; may ask. */
    boolean isThere() throws IOException {
      return version.isThere(ref);
    }
  }

  /** What stood where the next segment will stand; none if it was a hole or cannot be read. */
  synchronized Optional<Segment> next() throws IOException {
    if (ahead.isEmpty() && !ended) {
      readAhead();
    }
    return ahead.pollFirst() instanceof Ref ref
        ? Optional.of(new Segment(ref, this))
        : Optional.empty();
  }

  private void readAhead() throws IOException {
    packsAhead.clear();
    try {
      while (ahead.size() < AHEAD) {
        Extent extent = cursor.next();
        if (extent == null) {
          ended = true;
          return;
        }
        ahead.addLast(extent);
        switch (extent) {
          case Ref ref -> packsAhead.add(ref.pack());
          case Hole hole -> {}
        }
      }
    } catch (Untrusted e) {
      // What cannot be read must not keep anyone from writing it anew.
      ended = true;
    }
  }

  /** The list that stands above a segment which this has passed, if the server has it still. */
  Optional<Ref> list(int height, long first) throws IOException {
    Optional<Ref> list = cursor.list(height, first);
    return list.isPresent() && isThere(list.get()) ? list : Optional.empty();
  }

  private synchronized boolean isThere(Ref ref) throws IOException {
    return packs.has(ref.pack(), packsAhead);
  }
}
