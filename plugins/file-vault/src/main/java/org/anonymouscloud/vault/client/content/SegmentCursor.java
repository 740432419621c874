package org.anonymouscloud.vault.client.content;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.SegmentList;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.jspecify.annotations.Nullable;

/** Goes through the references to a file's segments; reads lists as they are needed. */
public final class SegmentCursor implements Cursor<Ref> {
  private final Nodes nodes;
  private final ItemId file;
  private final Content content;
  private final long segments;
  private final Deque<Level> levels = new ArrayDeque<>();
  private final Map<ListPlace, Ref> lists = new HashMap<>();
  private long index;

  private record ListPlace(int height, long index) {}

  /** References of which those from {@code at} on are still to come. */
  private static final class Level {
    private final int height;
    private final List<Ref> refs;
    private int at;

    Level(int height, List<Ref> refs, int at) {
      this.height = height;
      this.refs = refs;
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
          new Level(content.height(), content.refs(), content.height() == 0 ? (int) start : 0));
    }
  }

  /** The number of the segment that comes next. */
  public long index() {
    return index;
  }

  @Override
  public @Nullable Ref next() throws IOException {
    if (index >= segments) {
      return null;
    }
    while (true) {
      Level level = levels.getFirst();
      if (level.at == level.refs.size()) {
        levels.removeFirst();
        continue;
      }
      Ref ref = level.refs.get(level.at++);
      if (level.height == 0) {
        if (ref.length() != Content.segmentLength(content.length(), index)) {
          throw new TreeDamaged();
        }
        index++;
        return ref;
      }
      descend(level.height, ref);
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
    long expected = Math.min(SegmentList.MAX_REFS, (segments - first + each - 1) / each);
    if (list.refs().size() != expected) {
      throw new TreeDamaged();
    }
    lists.put(new ListPlace(height, first), ref);
    levels.addFirst(new Level(height - 1, list.refs(), (int) ((index - first) / each)));
  }
}
