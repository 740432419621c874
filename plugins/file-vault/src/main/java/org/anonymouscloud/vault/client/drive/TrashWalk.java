package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Folders;
import org.anonymouscloud.vault.client.tree.Unread;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * What was removed, removal by removal. It goes only into folders that were made to lead to what
 * was removed; as each one's id follows from where it is, none can be at two places. Not
 * thread-safe.
 */
final class TrashWalk implements Cursor<Trashed> {
  private final Folders folders;
  private final Cursor<Entry> removals;
  private final Unread unread;
  private final Deque<Level> levels = new ArrayDeque<>();
  private Entry.@Nullable Folder removal;

  /** A folder that has been entered. */
  private static final class Level {
    private final VaultPath path;
    private final ItemId id;
    private final Cursor<Entry> entries;
    private boolean told;

    Level(VaultPath path, ItemId id, Cursor<Entry> entries) {
      this.path = path;
      this.id = id;
      this.entries = entries;
    }
  }

  /**
   * @param unread hears what could not be read; paths begin with the removal's name
   */
  TrashWalk(Folders folders, Cursor<Entry> removals, Unread unread) {
    this.folders = folders;
    this.removals = removals;
    this.unread = unread;
  }

  @Override
  public @Nullable Trashed next() throws IOException {
    while (true) {
      Entry.Folder from = removal;
      if (from == null || levels.isEmpty()) {
        from = nextRemoval();
        if (from == null) {
          return null;
        }
        removal = from;
        enter(VaultPath.TOP, from);
      }
      Level level = levels.getFirst();
      Entry entry;
      try {
        entry = level.entries.next();
      } catch (Untrusted e) {
        if (!level.told) {
          level.told = true;
          unread.folder(new VaultPath(List.of(from.name())).join(level.path), e);
        }
        continue;
      }
      if (entry == null) {
        levels.removeFirst();
        continue;
      }
      VaultPath path = level.path.child(entry.name());
      if (entry instanceof Entry.Folder folder
          && folder.id().equals(level.id.holding(folder.name()))
          && path.names().size() < VaultPath.MAX_DEPTH) {
        enter(path, folder);
      } else {
        return new Trashed(from.name(), from.modified(), path, entry);
      }
    }
  }

  private Entry.@Nullable Folder nextRemoval() throws IOException {
    boolean told = false;
    while (true) {
      try {
        Entry entry = removals.next();
        if (entry == null || entry instanceof Entry.Folder) {
          return (Entry.Folder) entry;
        }
        unread.folder(new VaultPath(List.of(entry.name())), new TreeDamaged());
      } catch (Untrusted e) {
        if (!told) {
          told = true;
          unread.folder(VaultPath.TOP, e);
        }
      }
    }
  }

  private void enter(VaultPath path, Entry.Folder folder) {
    levels.addFirst(
        new Level(path, folder.id(), folders.entries(folder.id(), folder.pages(), null)));
  }
}
