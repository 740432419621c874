package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.vault.client.format.DriveId;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.tree.PathRefused.Reason;

/**
 * Makes changes to a tree, which may not be the tree that was there when they were prepared:
 * another device may have been faster. What both changed is kept twice, what one removed and the
 * other changed is kept; so nothing is lost that nobody removed. Not thread-safe.
 */
public final class Merge {
  private final Folders folders;
  private final FolderEditor editor;
  private final ConflictName conflictName;
  private final Instant now;
  private final List<VaultPath> conflicts = new ArrayList<>();

  /**
   * @param writer takes the new pages
   * @param root number of the root that is to be made
   * @param conflictName names what is kept as a second file
   * @param now time of folders that are made only because a file is in them
   */
  public Merge(Nodes nodes, PackWriter writer, long root, ConflictName conflictName, Instant now) {
    this.folders = new Folders(nodes);
    this.editor = new FolderEditor(nodes, writer, root);
    this.conflictName = conflictName;
    this.now = now;
  }

  /**
   * The topmost folder's pages after the changes.
   *
   * @throws PathRefused if a strict change does not find what it expects
   */
  public Pages apply(DriveId drive, Pages top, Changes changes) throws IOException {
    return apply(VaultPath.TOP, drive.top(), top, changes.top());
  }

  /** Where something was kept under a second name. */
  public List<VaultPath> conflicts() {
    return List.copyOf(conflicts);
  }

  private Pages apply(VaultPath path, ItemId folder, Pages pages, SortedMap<Name, Change> changes)
      throws IOException {
    SortedMap<Name, Optional<Entry>> edits = new TreeMap<>();
    for (Map.Entry<Name, Change> change : changes.entrySet()) {
      Name name = change.getKey();
      Optional<Entry> there = folders.find(folder, pages, name);
      Optional<Entry> wanted = wanted(path.child(name), name, there, change.getValue());
      if (wanted.equals(there)) {
        continue;
      }
      if (wanted.isPresent() && there.isPresent() && isSecond(change.getValue(), there.get())) {
        name =
            conflictName.free(
                name,
                other ->
                    edits.containsKey(other)
                        || changes.containsKey(other)
                        || folders.find(folder, pages, other).isPresent());
        conflicts.add(path.child(name));
        wanted = Optional.of(wanted.get().named(name));
      }
      edits.put(name, wanted);
    }
    return editor.apply(folder, pages, edits);
  }

  /** Whether what is there must be kept beside what shall come. */
  private static boolean isSecond(Change change, Entry there) {
    return switch (change) {
      case Change.Put put -> !put.base().equals(Optional.of(there));
      case Change.Below _ -> there instanceof Entry.File;
      case Change.Remove _ -> false;
    };
  }

  private Optional<Entry> wanted(VaultPath path, Name name, Optional<Entry> there, Change change)
      throws IOException {
    return switch (change) {
      case Change.Put put -> {
        if (put.strict() && !there.equals(put.base())) {
          throw new PathRefused(Reason.CHANGED, path);
        }
        yield Optional.of(put.file());
      }
      case Change.Remove remove -> {
        if (remove.strict() && !there.equals(Optional.of(remove.base()))) {
          throw new PathRefused(Reason.CHANGED, path);
        }
        yield there.isEmpty() ? there : without(there.get(), remove.base());
      }
      case Change.Below below -> below(path, name, there, below);
    };
  }

  private Optional<Entry> below(
      VaultPath path, Name name, Optional<Entry> there, Change.Below below) throws IOException {
    if (there.isPresent() && there.get() instanceof Entry.Folder folder) {
      Pages pages = apply(path, folder.id(), folder.pages(), below.changes());
      return Optional.of(
          new Entry.Folder(name, folder.id(), below.made().orElse(folder.modified()), pages));
    }
    ItemId id = ItemId.random();
    Pages pages = apply(path, id, Pages.NONE, below.changes());
    if (pages.isEmpty() && below.made().isEmpty()) {
      return there;
    }
    return Optional.of(new Entry.Folder(name, id, below.made().orElse(now), pages));
  }

  /**
   * What remains of a thing when all is removed from it that has not changed since {@code base}.
   */
  private Optional<Entry> without(Entry there, Entry base) throws IOException {
    if (there.equals(base)) {
      return Optional.empty();
    }
    if (!(there instanceof Entry.Folder folder) || !(base instanceof Entry.Folder before)) {
      return Optional.of(there);
    }
    SortedMap<Name, Optional<Entry>> edits = new TreeMap<>();
    Cursor<Entry> entries = folders.entries(folder.id(), folder.pages(), null);
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      Optional<Entry> earlier = folders.find(before.id(), before.pages(), entry.name());
      if (earlier.isPresent()) {
        Optional<Entry> rest = without(entry, earlier.get());
        if (!rest.equals(Optional.of(entry))) {
          edits.put(entry.name(), rest);
        }
      }
    }
    Pages rest = editor.apply(folder.id(), folder.pages(), edits);
    return rest.isEmpty() ? Optional.empty() : Optional.of(folder.with(rest));
  }
}
