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
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.tree.PathRefused.Reason;
import org.anonymouscloud.vault.protocol.DriveId;
import org.jspecify.annotations.Nullable;

/**
 * Makes changes to a tree, which may not be the tree that was there when they were prepared:
 * another device may have been faster. What both changed is kept twice, what one removed and the
 * other changed is kept, and what moves is what is there by now; so nothing is lost that nobody
 * removed. Not thread-safe.
 */
public final class Merge {
  /** Names of the trash and of a removal in it, before the old path. */
  private static final int REMOVAL_DEPTH = 2;

  private final Nodes nodes;
  private final Folders folders;
  private final FolderEditor editor;
  private final ConflictName conflictName;
  private final Instant now;
  private final DriveId drive;
  private final Trees before;

  /** What goes to the trash, by removal and old path. */
  private final Change.Below thrown = new Change.Below();

  private final List<Conflict> conflicts = new ArrayList<>();

  /** Each is emptied once: of a tree that a few pages make endless, the rest stays. */
  private final MetFolders emptied = new MetFolders();

  /**
   * @param before what the drive is before the changes
   * @param writer takes the new pages
   * @param root number of the root that is to be made
   * @param conflictName names what is kept as a second file
   * @param now time of folders that are made only because a file is in them
   */
  public Merge(
      Nodes nodes,
      DriveId drive,
      Trees before,
      PackWriter writer,
      long root,
      ConflictName conflictName,
      Instant now) {
    this.nodes = nodes;
    this.folders = new Folders(nodes);
    this.editor = new FolderEditor(nodes, writer, root);
    this.drive = drive;
    this.before = before;
    this.conflictName = conflictName;
    this.now = now;
  }

  /**
   * The drive after the changes.
   *
   * @throws PathRefused if a strict change does not find what it expects, or nothing is left of
   *     what is to move
   */
  public Trees apply(Changes changes) throws IOException {
    Pages top = change(Tree.TOP, ItemId.top(drive), before.top(), changes.top());
    return new Trees(top, aside(changes));
  }

  private Pages aside(Changes changes) throws IOException {
    Optional<Pages> dropped = changes.dropped();
    if (dropped.isPresent()) {
      if (!dropped.get().equals(before.aside())) {
        throw new PathRefused(Reason.CHANGED, new VaultPath(List.of(Removal.TRASH)));
      }
      return Pages.NONE;
    }
    SortedMap<Name, Change> trash = changes.aside();
    if (throwsAway()) {
      trash = new TreeMap<>(Map.of(Removal.TRASH, thrown));
    }
    return change(Tree.ASIDE, ItemId.aside(drive), before.aside(), trash);
  }

  private Pages change(Tree tree, ItemId id, Pages pages, SortedMap<Name, Change> changes)
      throws IOException {
    AtomicReference<Pages> after = new AtomicReference<>(pages);
    finish(new Changing(tree, VaultPath.TOP, id, pages, changes, after::set));
    return after.get();
  }

  /** Whether something has gone to the trash. */
  public boolean throwsAway() {
    return !thrown.changes().isEmpty();
  }

  private void throwAway(Removal into, VaultPath path, Entry entry) {
    Change.Below folder = below(thrown, into.name(), into.id(), into.time());
    ItemId id = into.id();
    for (Name name : path.parent().names()) {
      id = id.holding(name);
      folder = below(folder, name, id, into.time());
    }
    folder
        .changes()
        .put(path.name(), new Change.Arrive(new Change.Thing.Copied(entry), Optional.empty()));
  }

  private static Change.Below below(Change.Below above, Name name, ItemId id, Instant time) {
    if (above.changes().get(name) instanceof Change.Below there) {
      return there;
    }
    Change.Below made = new Change.Below();
    made.hold(id, time);
    above.changes().put(name, made);
    return made;
  }

  /**
   * Something that was kept under a second name, as something else was at its path.
   *
   * @param asked where it was to be
   * @param kept where it is
   */
  public record Conflict(VaultPath asked, VaultPath kept) {}

  /** What was kept under a second name; no two of them lie in one another. */
  public List<Conflict> conflicts() {
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
    private final Tree tree;
    private final VaultPath path;
    private final SortedMap<Name, Change> changes;
    private final Iterator<Map.Entry<Name, Change>> rest;

    Changing(
        Tree tree,
        VaultPath path,
        ItemId id,
        Pages pages,
        SortedMap<Name, Change> changes,
        Finished finished) {
      super(id, pages, finished);
      this.tree = tree;
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
            require(!put.strict() || same(there, put.base()), name);
            edit(name, put, there, Optional.of(put.thing()));
          }
          case Change.Remove remove -> {
            require(!remove.strict() || same(there, Optional.of(remove.base())), name);
            if (there.isPresent()) {
              if (nodes.same(there.get(), remove.base())) {
                edits.put(name, Optional.empty());
                remove.into().ifPresent(into -> throwAway(into, path.child(name), there.get()));
              } else if (there.get() instanceof Entry.Folder folder
                  && remove.base() instanceof Entry.Folder before
                  && emptied.add(folder.id())) {
                VaultPath at = path.child(name);
                return emptying(
                    folder,
                    before,
                    edits,
                    at,
                    remove.into(),
                    taken -> remove.into().ifPresent(into -> throwAway(into, at, taken)));
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
            tree,
            inside,
            folder.id(),
            folder.pages(),
            below.changes(),
            made -> {
              if (made.isEmpty() && !folder.pages().isEmpty() && onlyLeads(inside, folder)) {
                edits.put(name, Optional.empty());
              } else {
                edit(
                    name,
                    below,
                    there,
                    Optional.of(new Entry.Folder(name, folder.id(), modified, made)));
              }
            });
      }
      ItemId fresh = below.newId();
      return new Changing(
          tree,
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

    /** Whether a folder is there only because of what was removed. */
    private boolean onlyLeads(VaultPath inside, Entry.Folder folder) {
      return tree == Tree.ASIDE
          && (inside.names().size() <= REMOVAL_DEPTH
              || folder.id().equals(id.holding(folder.name())));
    }

    private void edit(Name name, Change change, Optional<Entry> there, Optional<Entry> wanted)
        throws IOException {
      if (wanted.equals(there)) {
        return;
      }
      if (there.isEmpty() || !isSecond(change, there.get())) {
        edits.put(name, wanted);
        if (there.isPresent() && change instanceof Change.Arrive(var _, var instead)) {
          // As it is by now: what it was then may lie in packs that were given back meanwhile.
          instead.ifPresent(old -> throwAway(old.into(), path.child(name), there.get()));
        }
        return;
      }
      Name second =
          conflictName.free(
              name,
              other ->
                  edits.containsKey(other)
                      || changes.containsKey(other)
                      || folders.find(id, pages, other).isPresent());
      if (tree == Tree.TOP) {
        conflicts.add(new Conflict(path.child(name), path.child(second)));
      }
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
      case Change.Thing.Moved(Tree tree, VaultPath from) ->
          switch (tree) {
            case TOP ->
                folders
                    .find(ItemId.top(drive), before.top(), from)
                    .orElseThrow(() -> new PathRefused(Reason.GONE, from));
            case ASIDE ->
                folders
                    .find(ItemId.aside(drive), before.aside(), from)
                    .orElseThrow(
                        () -> new PathRefused(Reason.NOT_IN_TRASH, from.below(REMOVAL_DEPTH)));
          };
      case Change.Thing.Copied(Entry entry) -> entry;
    };
  }

  private boolean same(Optional<Entry> one, Optional<Entry> other) throws IOException {
    return (one.isPresent() && other.isPresent())
        ? nodes.same(one.get(), other.get())
        : one.equals(other);
  }

  /** Whether what is there must be kept beside what is to come. */
  private boolean isSecond(Change change, Entry there) throws IOException {
    return switch (change) {
      case Change.Put put -> !same(put.base(), Optional.of(there));
      case Change.Below _ -> !(there instanceof Entry.Folder);
      case Change.Arrive arrive ->
          !same(arrive.instead().map(Change.Instead::base), Optional.of(there));
      case Change.Remove _, Change.Leave _ -> false;
    };
  }

  /** Takes what was removed of a folder: all of it, or a new folder with a part. */
  @FunctionalInterface
  private interface Taken {
    void take(Entry folder);
  }

  /**
   * A folder of which all is removed that has not changed since it was looked at.
   *
   * @param above where the folder lies
   * @param at its path
   * @param into where in the trash it goes, if it does
   * @param taken hears what is removed of it
   */
  private Emptying emptying(
      Entry.Folder folder,
      Entry.Folder earlier,
      SortedMap<Name, Optional<Entry>> above,
      VaultPath at,
      Optional<Removal> into,
      Taken taken) {
    SortedMap<Name, Optional<Entry>> parts = new TreeMap<>();
    return new Emptying(
        folder,
        earlier,
        at,
        into,
        parts,
        left -> {
          if (left.isEmpty()) {
            above.put(folder.name(), Optional.empty());
            taken.take(folder);
          } else if (!left.equals(folder.pages())) {
            above.put(folder.name(), Optional.of(folder.with(left)));
            if (into.isPresent()) {
              ItemId id = into.get().holder(at);
              Pages pages = editor.apply(id, Pages.NONE, parts);
              taken.take(new Entry.Folder(folder.name(), id, into.get().time(), pages));
            }
          }
        });
  }

  /** See {@link #emptying}. */
  private final class Emptying extends Folder {
    private final Entry.Folder earlier;
    private final VaultPath at;
    private final Optional<Removal> into;
    private final SortedMap<Name, Optional<Entry>> parts;
    private final Cursor<Entry> rest;

    Emptying(
        Entry.Folder folder,
        Entry.Folder earlier,
        VaultPath at,
        Optional<Removal> into,
        SortedMap<Name, Optional<Entry>> parts,
        Finished finished) {
      super(folder.id(), folder.pages(), finished);
      this.earlier = earlier;
      this.at = at;
      this.into = into;
      this.parts = parts;
      this.rest = folders.entries(folder.id(), folder.pages(), null);
    }

    @Override
    @Nullable Folder next() throws IOException {
      for (Entry entry = rest.next(); entry != null; entry = rest.next()) {
        Entry was = folders.find(earlier.id(), earlier.pages(), entry.name()).orElse(null);
        if (was != null && nodes.same(entry, was)) {
          edits.put(entry.name(), Optional.empty());
          keep(entry);
        } else if (entry instanceof Entry.Folder folder
            && was instanceof Entry.Folder before
            && emptied.add(folder.id())) {
          return emptying(folder, before, edits, at.child(folder.name()), into, this::keep);
        }
      }
      return null;
    }

    private void keep(Entry entry) {
      if (into.isPresent()) {
        parts.put(entry.name(), Optional.of(entry));
      }
    }
  }
}
