package org.anonymouscloud.vault.client.content;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Extent;
import org.anonymouscloud.vault.client.format.Hole;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.SegmentList;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.tree.Nodes;

/** Gathers a file's segments in lists, in constant memory. Not thread-safe. */
final class ContentBuilder {
  private final Nodes nodes;
  private final PackWriter writer;
  private final ItemId file;
  private final long version;
  private final Optional<LastVersion> before;

  /** By height: extents that no list holds yet, and how many lists there are. */
  private final List<List<Extent>> loose = new ArrayList<>(List.of(new ArrayList<>()));

  private final List<Long> listed = new ArrayList<>(List.of(0L));

  /**
   * @param version of the file that is being written
   * @param before has passed the segments of the file's last version that were written again so far
   */
  ContentBuilder(
      Nodes nodes, PackWriter writer, ItemId file, long version, Optional<LastVersion> before) {
    this.nodes = nodes;
    this.writer = writer;
    this.file = file;
    this.version = version;
    this.before = before;
  }

  /** Appends a segment of content. */
  void add(Extent segment) throws IOException {
    append(0, segment);
  }

  private void append(int height, Extent extent) throws IOException {
    if (height == loose.size()) {
      loose.add(new ArrayList<>());
      listed.add(0L);
    }
    loose.get(height).add(extent);
    if (loose.get(height).size() == SegmentList.MAX_EXTENTS) {
      gather(height);
    }
  }

  /** Puts the loose extents of a height in a list above them. */
  private void gather(int height) throws IOException {
    Extent list = isHole(loose.get(height)) ? Hole.ZEROS : write(height + 1, loose.get(height));
    loose.get(height).clear();
    listed.set(height, listed.get(height) + 1);
    append(height + 1, list);
  }

  private static boolean isHole(List<Extent> extents) {
    return extents.stream().allMatch(Hole.ZEROS::equals);
  }

  private Ref write(int height, List<Extent> extents) throws IOException {
    SegmentList list = new SegmentList(height, extents);
    long index = listed.get(height - 1) * SegmentList.covered(height);
    Optional<Ref> earlier =
        before.isPresent() ? before.get().list(height, index) : Optional.empty();
    return nodes.write(file, version, index, list, earlier, writer);
  }

  /** The content of a file of this length, all of whose segments have been added. */
  Content finish(long length) throws IOException {
    int height = Content.heightFor(Content.segments(length));
    for (int below = 0; below < height; below++) {
      if (!loose.get(below).isEmpty()) {
        gather(below);
      }
    }
    return new Content(length, height, loose.get(height));
  }
}
