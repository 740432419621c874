package org.anonymouscloud.vault.client.tree;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.jspecify.annotations.Nullable;

/**
 * Changes by path that wait to become part of a drive's trees. A later one for the same path takes
 * the place of an earlier. Not thread-safe.
 */
public final class Changes {
  private Change.Below top = new Change.Below();
  private Change.Below aside = new Change.Below();
  private @Nullable Pages dropped;
  private int count;
  private boolean onlyRemove = true;
  private boolean arranges;

  /**
   * Puts a file or a link at a path that is not the top; missing folders above it are made.
   *
   * @param base what was there when its writing began
   * @param strict whether to fail if that has changed; else both are kept
   */
  public void put(VaultPath path, Entry thing, Optional<Entry> base, boolean strict) {
    onlyRemove = false;
    set(top, path, new Change.Put(thing, base, strict));
  }

  /** What is at a path that is not the top shall be gone, with all below it. */
  public void remove(VaultPath path, Entry base, boolean strict) {
    set(top, path, new Change.Remove(base, strict, Optional.empty()));
  }

  /** What is at a path that is not the top shall go to the trash, with all below it. */
  public void discard(VaultPath path, Entry base, boolean strict, Removal into) {
    set(top, path, new Change.Remove(base, strict, Optional.of(into)));
  }

  /** Puts a file at a path of the hidden tree, in the place of what is there. */
  public void putAside(VaultPath path, Entry.File file, Optional<Entry> there) {
    onlyRemove = false;
    set(aside, path, new Change.Put(file, there, false));
  }

  /** What is at a path of the hidden tree shall be gone for good, with all below it. */
  public void removeAside(VaultPath path, Entry base) {
    set(aside, path, new Change.Remove(base, false, Optional.empty()));
  }

  /** The hidden tree, which cannot be read, shall be empty. */
  public void dropAside(Pages seen) {
    dropped = seen;
    count++;
  }

  /** Moves what is at a path of the hidden tree to a path of the other. */
  public void restore(VaultPath from, VaultPath to) {
    onlyRemove = false;
    arranges = true;
    set(aside, from, new Change.Leave());
    arrive(new Change.Thing.Moved(Tree.ASIDE, from), to, Optional.empty());
  }

  /**
   * Moves what is at a path, when these changes are made, to another. The two lie neither in one
   * another nor in, above or at what is changed otherwise.
   */
  public void move(VaultPath from, VaultPath to) {
    move(from, to, Optional.empty());
  }

  /** As {@link #move}, and what is there now goes to the trash. */
  public void move(VaultPath from, VaultPath to, Entry there, Removal into) {
    move(from, to, Optional.of(new Change.Instead(there, into)));
  }

  private void move(VaultPath from, VaultPath to, Optional<Change.Instead> instead) {
    onlyRemove = false;
    arranges = true;
    set(top, from, new Change.Leave());
    arrive(new Change.Thing.Moved(Tree.TOP, from), to, instead);
  }

  private void arrive(Change.Thing thing, VaultPath to, Optional<Change.Instead> instead) {
    set(top, to, new Change.Arrive(thing, instead));
  }

  /**
   * Puts a copy at a path, which neither lies in what is changed otherwise nor the reverse.
   *
   * @param entry of a file as it is; of a folder with an id that nothing else has
   */
  public void copy(Entry entry, VaultPath to) {
    onlyRemove = false;
    arranges = true;
    arrive(new Change.Thing.Copied(entry), to, Optional.empty());
  }

  /** As {@link #copy(Entry, VaultPath)}, and what is there now goes to the trash. */
  public void copy(Entry entry, VaultPath to, Entry there, Removal into) {
    onlyRemove = false;
    arranges = true;
    arrive(new Change.Thing.Copied(entry), to, Optional.of(new Change.Instead(there, into)));
  }

  /** Puts a folder at a path, with this time. */
  public void makeFolder(VaultPath path, Instant modified) {
    onlyRemove = false;
    below(top, path).make(modified);
    count++;
  }

  /** Whether a folder is made at the path, or something below it. */
  public boolean makesFolder(VaultPath path) {
    return look(path) instanceof Change.Below;
  }

  /** Whether a file or a link is put at the path. */
  public boolean putsFile(VaultPath path) {
    return look(path) instanceof Change.Put;
  }

  /** Whether the path, or a folder in which it lies, is removed. */
  public boolean removes(VaultPath path) {
    Change change = top;
    for (Name name : path.names()) {
      if (!(change instanceof Change.Below below)) {
        break;
      }
      change = below.changes().get(name);
    }
    return change instanceof Change.Remove;
  }

  /** Whether something arrives at the path from elsewhere. */
  public boolean arrivesAt(VaultPath path) {
    return look(path) instanceof Change.Arrive;
  }

  /** Whether something is moved, copied or restored. */
  public boolean arrange() {
    return arranges;
  }

  /** Whether something is changed at the path, below it, or as a whole above it. */
  public boolean touch(VaultPath path) {
    return touch(top, path);
  }

  /** As {@link #touch}, of the hidden tree. */
  public boolean touchAside(VaultPath path) {
    return touch(aside, path);
  }

  /** Whether something is changed in the hidden tree, besides what goes to the trash. */
  public boolean changeAside() {
    return dropped != null || !aside.changes().isEmpty();
  }

  private static boolean touch(Change.Below tree, VaultPath path) {
    Change change = tree;
    for (Name name : path.names()) {
      if (!(change instanceof Change.Below below)) {
        return change != null;
      }
      change = below.changes().get(name);
    }
    return change != null;
  }

  /** What they bring into the drive's visible tree, with all that it refers to. */
  public List<Entry> brought() {
    List<Entry> brought = new ArrayList<>();
    Deque<Change> left = new ArrayDeque<>(List.of(top));
    while (!left.isEmpty()) {
      switch (left.removeFirst()) {
        case Change.Put put -> brought.add(put.thing());
        case Change.Arrive(Change.Thing.Copied(Entry entry), var _) -> brought.add(entry);
        case Change.Below below -> below.changes().values().forEach(left::addFirst);
        case Change.Arrive _, Change.Remove _, Change.Leave _ -> {
          // What moves or goes is what is there by then.
        }
      }
    }
    return brought;
  }

  /** How many changes there are. */
  public int count() {
    return count;
  }

  /** Whether nothing is put or made. */
  public boolean onlyRemove() {
    return onlyRemove;
  }

  /** Forgets them all. */
  public void clear() {
    onlyRemove = true;
    arranges = false;
    top = new Change.Below();
    aside = new Change.Below();
    dropped = null;
    count = 0;
  }

  SortedMap<Name, Change> top() {
    return top.changes();
  }

  SortedMap<Name, Change> aside() {
    return aside.changes();
  }

  /** The hidden tree that shall be empty; none if it stays. */
  Optional<Pages> dropped() {
    return Optional.ofNullable(dropped);
  }

  private void set(Change.Below tree, VaultPath path, Change change) {
    below(tree, path.parent()).changes().put(path.name(), change);
    count++;
  }

  private @Nullable Change look(VaultPath path) {
    Change change = top;
    for (Name name : path.names()) {
      if (!(change instanceof Change.Below below)) {
        return null;
      }
      change = below.changes().get(name);
    }
    return change;
  }

  private static Change.Below below(Change.Below tree, VaultPath path) {
    Change.Below below = tree;
    for (Name name : path.names()) {
      Change next = below.changes().get(name);
      if (next instanceof Change.Below deeper) {
        below = deeper;
      } else {
        Change.Below deeper = new Change.Below();
        below.changes().put(name, deeper);
        below = deeper;
      }
    }
    return below;
  }
}
