package org.anonymouscloud.vault.client.tree;

import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Name;
import org.jspecify.annotations.Nullable;

/**
 * Changes by path that wait to become part of a drive's tree. A later one for the same path takes
 * the place of an earlier. Not thread-safe.
 */
public final class Changes {
  private Change.Below top = new Change.Below();
  private int count;
  private boolean onlyRemove = true;
  private boolean arranges;

  /**
   * Puts a file at a path that is not the top; missing folders above it are made.
   *
   * @param base what was there when its writing began
   * @param strict whether to fail if that has changed; else both are kept
   */
  public void put(VaultPath path, Entry.File file, Optional<Entry> base, boolean strict) {
    onlyRemove = false;
    set(path, new Change.Put(file, base, strict));
  }

  /** What is at a path that is not the top shall be gone, with all below it. */
  public void remove(VaultPath path, Entry base, boolean strict) {
    set(path, new Change.Remove(base, strict));
  }

  /**
   * Moves what is at a path, when these changes are made, to another. The two lie neither in one
   * another nor in, above or at what is changed otherwise.
   */
  public void move(VaultPath from, VaultPath to) {
    onlyRemove = false;
    arranges = true;
    set(from, new Change.Leave());
    set(to, new Change.Arrive(new Change.Thing.Moved(from)));
  }

  /**
   * Puts a copy at a path, which neither lies in what is changed otherwise nor the reverse.
   *
   * @param entry of a file as it is; of a folder with an id that nothing else has
   */
  public void copy(Entry entry, VaultPath to) {
    onlyRemove = false;
    arranges = true;
    set(to, new Change.Arrive(new Change.Thing.Copied(entry)));
  }

  /** Puts a folder at a path, with this time. */
  public void makeFolder(VaultPath path, Instant modified) {
    onlyRemove = false;
    below(path).make(modified);
    count++;
  }

  /** Whether a folder is made at the path, or something below it. */
  public boolean makesFolder(VaultPath path) {
    return look(path) instanceof Change.Below;
  }

  /** Whether a file is put at the path. */
  public boolean putsFile(VaultPath path) {
    return look(path) instanceof Change.Put;
  }

  /** Whether something arrives at the path from elsewhere. */
  public boolean arrivesAt(VaultPath path) {
    return look(path) instanceof Change.Arrive;
  }

  /** Whether something is moved or copied. */
  public boolean arrange() {
    return arranges;
  }

  /** Whether something is changed at the path, below it, or as a whole above it. */
  public boolean touch(VaultPath path) {
    Change change = top;
    for (Name name : path.names()) {
      if (!(change instanceof Change.Below below)) {
        return change != null;
      }
      change = below.changes().get(name);
    }
    return change != null;
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
    count = 0;
  }

  SortedMap<Name, Change> top() {
    return top.changes();
  }

  private void set(VaultPath path, Change change) {
    below(path.parent()).changes().put(path.name(), change);
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

  private Change.Below below(VaultPath path) {
    Change.Below below = top;
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
