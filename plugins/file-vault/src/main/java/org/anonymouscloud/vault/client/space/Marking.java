package org.anonymouscloud.vault.client.space;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.anonymouscloud.vault.client.content.FileWriter;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Place.Kind;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.SegmentList;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.anonymouscloud.vault.client.tree.PageWalk;
import org.anonymouscloud.vault.client.tree.Removal;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * Goes through trees and marks all packs that they refer to. What several trees share is read once.
 * Not thread-safe.
 */
public class Marking implements PageWalk.Visitor {
  private final Nodes nodes;
  private final DriveId drive;
  private final Marks marks;
  private final Damage damage;
  private final FileWriter.Checkpoint step;

  /** While it goes through the hidden tree: removals that are left out. */
  private Set<Name> leftOut = Set.of();

  /** Hears what cannot be read. */
  @FunctionalInterface
  interface Damage {
    /** If this returns, the rest goes on. */
    void at(VaultPath path, Untrusted why) throws IOException;
  }

  Marking(Nodes nodes, DriveId drive, Marks marks, Damage damage, FileWriter.Checkpoint step) {
    this.nodes = nodes;
    this.drive = drive;
    this.marks = marks;
    this.damage = damage;
    this.step = step;
  }

  /** Both trees of a state. */
  void trees(Trees trees) throws IOException {
    trees(trees, Set.of());
  }

  /** The same, without some removals. */
  void trees(Trees trees, Set<Name> without) throws IOException {
    PageWalk walk = new PageWalk(nodes, this);
    walk.walk(VaultPath.TOP, ItemId.top(drive), trees.top());
    leftOut = without;
    walk.walk(VaultPath.TOP, ItemId.aside(drive), trees.aside());
    leftOut = Set.of();
  }

  @Override
  public boolean enters(VaultPath path, Entry.Folder folder) {
    return !(path.names().size() == 2
        && path.names().getFirst().equals(Removal.TRASH)
        && leftOut.contains(folder.name()));
  }

  /** The packs that entries refer to, with all that is below them. */
  public static Set<PackName> packs(Nodes nodes, DriveId drive, Iterable<Entry> entries)
      throws IOException {
    Marks marks = new Marks();
    Damage none =
        (path, why) -> {
          throw why;
        };
    Marking marking = new Marking(nodes, drive, marks, none, () -> {});
    for (Entry entry : entries) {
      VaultPath path = VaultPath.TOP.child(entry.name());
      switch (entry) {
        case Entry.File file -> marking.file(path, file);
        case Entry.Folder folder ->
            new PageWalk(nodes, marking).walk(path, folder.id(), folder.pages());
        case Entry.Link _ -> {}
      }
    }
    Set<PackName> packs = new HashSet<>();
    marks.packs().forEach(packs::add);
    return packs;
  }

  /**
   * Looked at before anything is taken for marked.
   *
   * @throws Untrusted if it is known that this cannot be read, whatever was read of it before
   */
  void require(Ref ref) throws Untrusted {}

  @Override
  public boolean enters(VaultPath folder, Place place, Ref page) throws IOException {
    step.pass();
    try {
      require(page);
    } catch (Untrusted e) {
      damage.at(folder, e);
    }
    return marks.enter(place, page);
  }

  @Override
  public void passed(Place place, Ref page) {
    marks.passed(place, page);
  }

  @Override
  public void file(VaultPath path, Entry.File file) throws IOException {
    Content content = file.content();
    try {
      if (content.height() == 0) {
        for (int i = 0; i < content.extents().size(); i++) {
          if (content.extents().get(i) instanceof Ref ref) {
            segment(file.id(), i, ref);
          }
        }
      } else if (content.extents().getFirst() instanceof Ref ref) {
        long segments = Content.segments(content.length());
        list(file.id(), content.height(), 0, ref, segments);
      }
    } catch (Untrusted e) {
      damage.at(path, e);
    }
  }

  private void segment(ItemId file, long index, Ref segment) throws IOException {
    require(segment);
    Place place = new Place(drive, Kind.CONTENT, 0, file, segment.version(), index);
    segment(place, segment, marks.segment(place, segment));
  }

  /**
   * A segment of a file's content.
   *
   * @param isNew whether it is met for the first time, if no earlier state was marked
   */
  void segment(Place place, Ref segment, boolean isNew) throws IOException {}

  private void list(ItemId file, int height, long first, Ref ref, long segments)
      throws IOException {
    step.pass();
    require(ref);
    Place place = new Place(drive, Kind.LIST, height, file, ref.version(), first);
    if (!marks.enter(place, ref)) {
      return;
    }
    SegmentList list = nodes.list(file, height, first, ref);
    long each = SegmentList.covered(height - 1);
    if (list.extents().size()
        != Math.min(SegmentList.MAX_EXTENTS, (segments - first + each - 1) / each)) {
      throw new TreeDamaged();
    }
    for (int i = 0; i < list.extents().size(); i++) {
      if (!(list.extents().get(i) instanceof Ref below)) {
        continue;
      }
      if (height == 1) {
        segment(file, first + i, below);
      } else {
        list(file, height - 1, first + i * each, below, segments);
      }
    }
    marks.passed(place, ref);
  }

  @Override
  public void unread(VaultPath folder, Untrusted why) throws IOException {
    damage.at(folder, why);
  }
}
