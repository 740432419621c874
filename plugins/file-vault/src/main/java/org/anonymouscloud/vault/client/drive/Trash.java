package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Folders;
import org.anonymouscloud.vault.client.tree.Removal;
import org.anonymouscloud.vault.client.tree.Unread;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.DriveId;
import org.jspecify.annotations.Nullable;

/** What was removed and not for good, as the drive was at one root. Thread-safe. */
public final class Trash {
  /** Where it is in the hidden tree. */
  static final VaultPath PLACE = new VaultPath(List.of(Removal.TRASH));

  private final Folders folders;
  private final DriveId drive;
  private final Pages aside;

  /**
   * @param aside pages of the hidden tree's topmost folder
   */
  Trash(Folders folders, DriveId drive, Pages aside) {
    this.folders = folders;
    this.drive = drive;
    this.aside = aside;
  }

  /** The folder of all removals; none if nothing is in the trash. */
  Optional<Entry> folder() throws IOException {
    return folders.find(ItemId.aside(drive), aside, Removal.TRASH);
  }

  public boolean isEmpty() throws IOException {
    return removals().next() == null;
  }

  /** The removals, the oldest first. */
  Cursor<Entry> removals() throws IOException {
    return folder().orElse(null) instanceof Entry.Folder all
        ? folders.entries(all.id(), all.pages(), null)
        : () -> null;
  }

  /**
   * What was removed, the oldest removal first.
   *
   * @param after only what comes after this: the name of a removal and an old path; all, if it is
   *     the top
   * @param unread hears which removals could not be read, or not wholly
   */
  public Cursor<Trashed> things(VaultPath after, Unread unread) throws IOException {
    if (after.isTop()) {
      return new TrashWalk(folders, removals(), unread);
    }
    if (!(folder().orElse(null) instanceof Entry.Folder all)) {
      return () -> null;
    }
    Name begun = after.names().getFirst();
    VaultPath passed = after.below(1);
    Cursor<Entry> later = folders.entries(all.id(), all.pages(), begun);
    Cursor<Entry> from =
        folders.find(all.id(), all.pages(), begun).map(entry -> then(entry, later)).orElse(later);
    Cursor<Trashed> things = new TrashWalk(folders, from, unread);
    return () -> {
      Trashed next = things.next();
      while (next != null && next.removal().equals(begun) && next.path().compareTo(passed) <= 0) {
        next = things.next();
      }
      return next;
    };
  }

  /**
   * What a removal took of what was at a path or below it; or, if that lay in a folder that was
   * removed, what was at the path.
   *
   * @return nothing after the last; nothing at all if it took nothing there
   */
  public Cursor<Trashed> things(Name removal, VaultPath path, Unread unread) throws IOException {
    Optional<Entry> entry = folders.find(ItemId.aside(drive), aside, Removal.place(removal));
    if (!(entry.orElse(null) instanceof Entry.Folder folder)) {
      return () -> null;
    }
    Cursor<Trashed> all = new TrashWalk(folders, then(folder, () -> null), unread);
    Trashed first = nextWithin(path, all);
    if (first != null) {
      return then(first, () -> nextWithin(path, all));
    }
    return folders
        .find(folder.id(), folder.pages(), path)
        .map(inside -> then(new Trashed(removal, folder.modified(), path, inside), () -> null))
        .orElse(() -> null);
  }

  private static @Nullable Trashed nextWithin(VaultPath path, Cursor<Trashed> all)
      throws IOException {
    Trashed next = all.next();
    while (next != null && !next.path().isAtOrBelow(path)) {
      next = all.next();
    }
    return next;
  }

  /** One thing, and then others. */
  public static <T> Cursor<T> then(T first, Cursor<T> rest) {
    Iterator<T> once = List.of(first).iterator();
    return () -> once.hasNext() ? once.next() : rest.next();
  }

  /** The newest removal that took something at a path, or below it; none if none did. */
  public Optional<Name> newest(VaultPath path) throws IOException {
    Optional<Name> newest = Optional.empty();
    Cursor<Entry> each = removals();
    while (true) {
      try {
        Entry entry = each.next();
        if (entry == null) {
          return newest;
        }
        if (entry instanceof Entry.Folder folder
            && folders.find(folder.id(), folder.pages(), path).isPresent()) {
          newest = Optional.of(folder.name());
        }
      } catch (Untrusted e) {
        // What cannot be read of other removals keeps nobody from what is in this one.
      }
    }
  }
}
