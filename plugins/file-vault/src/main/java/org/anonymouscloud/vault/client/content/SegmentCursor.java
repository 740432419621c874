package org.anonymouscloud.vault.client.content;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Extent;
import org.anonymouscloud.vault.client.format.Hole;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.SegmentList;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.jspecify.annotations.Nullable;

/** Goes through a file's segments; reads lists as they are needed, and none for a hole. */
public final class SegmentCursor implements Cursor<Extent> {
  private final Nodes nodes;
  private final ItemId file;
  private final Content content;
  private final long segments;
  private final Deque<Level> levels = new ArrayDeque<>();
  private final Map<ListPlace, Ref> lists = new HashMap<>();
  private long index;

  private record ListPlace(int height, long index) {}

  /** Extents of which those from {@code at} on are still to come. */
  private static final class Level {
    private final int height;
    private final List<Extent> extents;
    private int at;

    Level(int height, List<Extent> extents, int at) {
      this.height = height;
      this.extents = extents;
      this.at = at;
    }
  }

  /**
   * @param start number of the first segment that is wanted
   */
  public SegmentCursor(Nodes nodes, ItemId file, Content content, long start) throws IOException {
    this.nodes = nodes;
    this.file = file;
    this.content = content;
    this.segments = Content.segments(content.length());
    this.index = start;
    if (start < segments) {
      levels.addFirst(
          new Level(content.height(), content.extents(), content.height() == 0 ? (int) start : 0));
    }
  }

  /** The number of the segment that comes next. */
  public long index() {
    return index;
  }

  @Override
  public @Nullable Extent next() throws IOException {
    if (index >= segments) {
      return null;
    }
    while (true) {
      Level level = levels.getFirst();
      if (level.at == level.extents.size()) {
        levels.removeFirst();
        continue;
      }
      Extent extent = level.extents.get(level.at++);
      if (level.height == 0) {
        if (extent instanceof Ref ref
            && ref.length() != Content.segmentLength(content.length(), index)) {
          throw new TreeDamaged();
        }
        index++;
        return extent;
      }
      switch (extent) {
        case Ref ref -> descend(level.height, ref);
        case Hole hole -> descend(level.height, hole);
      }
    }
  }

  /** The list that stands above a segment which this has passed. */
  Optional<Ref> list(int height, long first) {
    return Optional.ofNullable(lists.get(new ListPlace(height, first)));
  }

  private void descend(int height, Ref ref) throws IOException {
    long covered = SegmentList.covered(height);
    long each = SegmentList.covered(height - 1);
    long first = index / covered * covered;
    SegmentList list = nodes.list(file, height, first, ref);
    long expected = Math.min(SegmentList.MAX_EXTENTS, (segments - first + each - 1) / each);
    if (list.extents().size() != expected) {
      throw new TreeDamaged();
    }
    lists.put(new ListPlace(height, first), ref);
    levels.addFirst(new Level(height - 1, list.extents(), (int) ((index - first) / each)));
  }

  /** A hole where a list could be is as many holes where segments could be. */
  private void descend(int height, Hole hole) {
    long covered = SegmentList.covered(height);
    long first = index / covered * covered;
    int holes = (int) Math.min(covered, segments - first);
    levels.addFirst(new Level(0, Collections.nCopies(holes, hole), (int) (index - first)));
  }
}
