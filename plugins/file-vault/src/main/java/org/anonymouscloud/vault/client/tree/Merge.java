package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.anonymouscloud.vault.client.format.DriveId;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.tree.PathRefused.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Makes changes to a tree, which may not be the tree that was there when they were prepared:
 * another device may have been faster. What both changed is kept twice, what one removed and the
 * other changed is kept, and what moves is what is there by now; so nothing is lost that nobody
 * removed. Not thread-safe.
 */
public final class Merge {
  private final Folders folders;
  private final FolderEditor editor;
  private final ConflictName conflictName;
  private final Instant now;
  private final ItemId topId;
  private final Pages top;
  private final List<VaultPath> conflicts = new ArrayList<>();

  /** Each is emptied once: of a tree that a few pages make endless, the rest stays. */
  private final MetFolders emptied = new MetFolders();

  /**
   * @param top the pages of the topmost folder as it is before the changes
   * @param writer takes the new pages
   * @param root number of the root that is to be made
   * @param conflictName names what is kept as a second file
   * @param now time of folders that are made only because a file is in them
   */
  public Merge(
      Nodes nodes,
      DriveId drive,
      Pages top,
      PackWriter writer,
      long root,
      ConflictName conflictName,
      Instant now) {
    this.folders = new Folders(nodes);
    this.editor = new FolderEditor(nodes, writer, root);
    this.topId = drive.top();
    this.top = top;
    this.conflictName = conflictName;
    this.now = now;
  }

  /**
   * The topmost folder's pages after the changes.
   *
   * @throws PathRefused if a strict change does not find what it expects, or nothing is left of
   *     what is to move
   */
  public Pages apply(Changes changes) throws IOException {
    AtomicReference<Pages> after = new AtomicReference<>(top);
    finish(new Changing(VaultPath.TOP, topId, top, changes.top(), after::set));
    return after.get();
  }

  /** Where something was kept under a second name. */
  public List<VaultPath> conflicts() {
    return List.copyOf(conflicts);
  }

  /** What becomes of the pages of a folder when it is finished. */
  @FunctionalInterface
  private interface Finished {
    void with(Pages pages) throws IOException;
  }

  /** A folder that is being changed. */
  private abstract static class Folder {
    final ItemId id;
    final Pages pages;
    final Finished finished;
    final SortedMap<Name, Optional<Entry>> edits = new TreeMap<>();

    Folder(ItemId id, Pages pages, Finished finished) {
      this.id = id;
      this.pages = pages;
      this.finished = finished;
    }

    /** Goes on; gives a folder that has to be finished before, or null if there is none left. */
    abstract @Nullable Folder next() throws IOException;
  }

  /**
   * Finishes a folder and all below it. A tree may be deeper than a thread's stack, so the folders
   * that are begun are kept in a stack of our own.
   */
  private void finish(Folder outermost) throws IOException {
    Deque<Folder> begun = new ArrayDeque<>();
    begun.addFirst(outermost);
    while (!begun.isEmpty()) {
      Folder below = begun.getFirst().next();
      if (below != null) {
        begun.addFirst(below);
      } else {
        Folder folder = begun.removeFirst();
        folder.finished.with(editor.apply(folder.id, folder.pages, folder.edits));
      }
    }
  }

  /** A folder in which changes are made. */
  private final class Changing extends Folder {
    private final VaultPath path;
    private final SortedMap<Name, Change> changes;
    private final Iterator<Map.Entry<Name, Change>> rest;

    Changing(
        VaultPath path,
        ItemId id,
        Pages pages,
        SortedMap<Name, Change> changes,
        Finished finished) {
      super(id, pages, finished);
      this.path = path;
      this.changes = changes;
      this.rest = changes.entrySet().iterator();
    }

    @Override
    @Nullable Folder next() throws IOException {
      while (rest.hasNext()) {
        Map.Entry<Name, Change> next = rest.next();
        Name name = next.getKey();
        Optional<Entry> there = folders.find(id, pages, name);
        switch (next.getValue()) {
          case Change.Put put -> {
            require(!put.strict() || there.equals(put.base()), name);
            edit(name, put, there, Optional.of(put.file()));
          }
          case Change.Remove remove -> {
            require(!remove.strict() || there.equals(Optional.of(remove.base())), name);
            if (there.isPresent()) {
              if (there.get().equals(remove.base())) {
                edits.put(name, Optional.empty());
              } else if (there.get() instanceof Entry.Folder folder
                  && remove.base() instanceof Entry.Folder before
                  && emptied.add(folder.id())) {
                return new Emptying(folder, before, edits);
              }
            }
          }
          case Change.Leave _ -> {
            if (there.isPresent()) {
              edits.put(name, Optional.empty());
            }
          }
          case Change.Arrive arrive ->
              edit(name, arrive, there, Optional.of(arriving(arrive.thing()).named(name)));
          case Change.Below below -> {
            return below(name, below, there);
          }
        }
      }
      return null;
    }

    private Folder below(Name name, Change.Below below, Optional<Entry> there) {
      VaultPath inside = path.child(name);
      if (there.isPresent() && there.get() instanceof Entry.Folder folder) {
        Instant modified = below.made().orElse(folder.modified());
        return new Changing(
            inside,
            folder.id(),
            folder.pages(),
            below.changes(),
            made ->
                edit(
                    name,
                    below,
                    there,
                    Optional.of(new Entry.Folder(name, folder.id(), modified, made))));
      }
      ItemId fresh = ItemId.random();
      return new Changing(
          inside,
          fresh,
          Pages.NONE,
          below.changes(),
          made -> {
            if (!made.isEmpty() || below.made().isPresent()) {
              Instant modified = below.made().orElse(now);
              edit(name, below, there, Optional.of(new Entry.Folder(name, fresh, modified, made)));
            }
          });
    }

    private void edit(Name name, Change change, Optional<Entry> there, Optional<Entry> wanted)
        throws IOException {
      if (wanted.equals(there)) {
        return;
      }
      if (there.isEmpty() || !isSecond(change, there.get())) {
        edits.put(name, wanted);
        return;
      }
      Name second =
          conflictName.free(
              name,
              other ->
                  edits.containsKey(other)
                      || changes.containsKey(other)
                      || folders.find(id, pages, other).isPresent());
      conflicts.add(path.child(second));
      edits.put(second, Optional.of(wanted.orElseThrow().named(second)));
    }

    private void require(boolean holds, Name name) throws PathRefused {
      if (!holds) {
        throw new PathRefused(Reason.CHANGED, path.child(name));
      }
    }
  }

  private Entry arriving(Change.Thing thing) throws IOException {
    return switch (thing) {
      case Change.Thing.Moved(VaultPath from) ->
          folders.find(topId, top, from).orElseThrow(() -> new PathRefused(Reason.GONE, from));
      case Change.Thing.Copied(Entry entry) -> entry;
    };
  }

  /** Whether what is there must be kept beside what is to come. */
  private static boolean isSecond(Change change, Entry there) {
    return switch (change) {
      case Change.Put put -> !put.base().equals(Optional.of(there));
      case Change.Below _ -> there instanceof Entry.File;
      case Change.Arrive _ -> true;
      case Change.Remove _, Change.Leave _ -> false;
    };
  }

  /** A folder of which all is removed that has not changed since it was looked at. */
  private final class Emptying extends Folder {
    private final Entry.Folder before;
    private final Cursor<Entry> rest;

    /**
     * @param above where the folder lies
     */
    Emptying(Entry.Folder folder, Entry.Folder before, SortedMap<Name, Optional<Entry>> above)
        throws IOException {
      super(
          folder.id(),
          folder.pages(),
          left -> {
            if (left.isEmpty()) {
              above.put(folder.name(), Optional.empty());
            } else if (!left.equals(folder.pages())) {
              above.put(folder.name(), Optional.of(folder.with(left)));
            }
          });
      this.before = before;
      this.rest = folders.entries(folder.id(), folder.pages(), null);
    }

    @Override
    @Nullable Folder next() throws IOException {
      for (Entry entry = rest.next(); entry != null; entry = rest.next()) {
        Entry earlier = folders.find(before.id(), before.pages(), entry.name()).orElse(null);
        if (entry.equals(earlier)) {
          edits.put(entry.name(), Optional.empty());
        } else if (entry instanceof Entry.Folder folder
            && earlier instanceof Entry.Folder was
            && emptied.add(folder.id())) {
          return new Emptying(folder, was, edits);
        }
      }
      return null;
    }
  }
}
