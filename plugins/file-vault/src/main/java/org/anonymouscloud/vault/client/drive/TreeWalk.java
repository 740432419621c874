package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Folders;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/** All that is below a folder: a folder, then what is in it. Not thread-safe. */
final class TreeWalk implements Cursor<Step.Begin> {
  private final Folders folders;
  private final Deque<Level> levels = new ArrayDeque<>();

  private record Level(VaultPath path, Cursor<Entry> entries) {}

  /**
   * @param after only what comes after this path; all, if it is the top
   */
  TreeWalk(Folders folders, ItemId folder, Pages pages, VaultPath after) throws IOException {
    this.folders = folders;
    ItemId id = folder;
    Pages inside = pages;
    VaultPath path = VaultPath.TOP;
    for (Name name : after.names()) {
      levels.addFirst(new Level(path, folders.entries(id, inside, name)));
      if (!(folders.find(id, inside, name).orElse(null) instanceof Entry.Folder deeper)) {
        return;
      }
      path = path.child(name);
      id = deeper.id();
      inside = deeper.pages();
    }
    levels.addFirst(new Level(path, folders.entries(id, inside, null)));
  }

  @Override
  public Step.@Nullable Begin next() throws IOException {
    while (!levels.isEmpty()) {
      Level level = levels.getFirst();
      Entry entry = level.entries.next();
      if (entry == null) {
        levels.removeFirst();
        continue;
      }
      VaultPath path = level.path.child(entry.name());
      if (entry instanceof Entry.Folder folder) {
        levels.addFirst(new Level(path, folders.entries(folder.id(), folder.pages(), null)));
      }
      return new Step.Begin(path, entry);
    }
    return null;
  }
}
