package org.anonymouscloud.vault.client.walk;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Folders;
import org.anonymouscloud.vault.client.tree.MetFolders;
import org.anonymouscloud.vault.client.tree.Unread;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * What is below a folder: each thing and, if it is a folder, then what is in it. It comes to an end
 * whatever is written in the pages: no folder is entered twice. Not thread-safe.
 */
public final class TreeWalk implements Cursor<Step.Begin> {
  private final Folders folders;
  private final boolean deep;
  private final Unread unread;
  private final MetFolders met = new MetFolders();
  private final Deque<Level> levels = new ArrayDeque<>();

  /** A folder that has been entered. */
  private static final class Level {
    private final VaultPath path;
    private final Cursor<Entry> entries;
    private boolean told;

    Level(VaultPath path, Cursor<Entry> entries) {
      this.path = path;
      this.entries = entries;
    }
  }

  public TreeWalk(Folders folders, ItemId folder, Pages pages, Span span, Unread unread)
      throws IOException {
    this.folders = folders;
    this.deep = span.deep();
    this.unread = unread;
    met.add(folder);
    ItemId id = folder;
    Pages inside = pages;
    VaultPath path = VaultPath.TOP;
    for (Name name : span.after().names()) {
      levels.addFirst(new Level(path, folders.entries(id, inside, name)));
      path = path.child(name);
      boolean passed = span.past() && path.equals(span.after());
      if (!deep
          || passed
          || !(find(id, inside, name) instanceof Entry.Folder deeper)
          || !met.add(deeper.id())) {
        return;
      }
      id = deeper.id();
      inside = deeper.pages();
    }
    levels.addFirst(new Level(path, folders.entries(id, inside, null)));
  }

  /** Where the way goes on; null where it cannot, which the cursor will tell of. */
  private @Nullable Entry find(ItemId folder, Pages pages, Name name) throws IOException {
    try {
      return folders.find(folder, pages, name).orElse(null);
    } catch (Untrusted e) {
      return null;
    }
  }

  @Override
  public Step.@Nullable Begin next() throws IOException {
    while (!levels.isEmpty()) {
      Level level = levels.getFirst();
      Entry entry;
      try {
        entry = level.entries.next();
      } catch (Untrusted e) {
        if (!level.told) {
          level.told = true;
          unread.folder(level.path, e);
        }
        continue;
      }
      if (entry == null) {
        levels.removeFirst();
        continue;
      }
      VaultPath path = level.path.child(entry.name());
      if (deep && entry instanceof Entry.Folder folder) {
        enter(path, folder);
      }
      return new Step.Begin(path, entry);
    }
    return null;
  }

  private void enter(VaultPath path, Entry.Folder folder) throws IOException {
    boolean tooDeep = path.names().size() >= VaultPath.MAX_DEPTH && !folder.pages().isEmpty();
    if (tooDeep || !met.add(folder.id())) {
      unread.folder(path, new TreeDamaged());
    } else {
      levels.addFirst(new Level(path, folders.entries(folder.id(), folder.pages(), null)));
    }
  }
}
