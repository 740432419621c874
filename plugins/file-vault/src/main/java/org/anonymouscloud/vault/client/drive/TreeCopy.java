package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;
import org.anonymouscloud.vault.client.content.FileWriter;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.FolderWriter;
import org.anonymouscloud.vault.client.tree.Folders;
import org.anonymouscloud.vault.client.tree.MetFolders;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.PathRefused.Reason;
import org.anonymouscloud.vault.client.tree.Unread;
import org.anonymouscloud.vault.client.tree.VaultPath;

/**
 * Copies a folder with all that is in it: files are named once more, each folder gets a new id and
 * so its pages are sealed anew. Keeps no more than the pages between the top and where it is. It
 * comes to an end whatever is written in the pages: no folder is entered twice. Not thread-safe.
 */
final class TreeCopy {
  private final Nodes nodes;
  private final Folders folders;
  private final PackWriter writer;
  private final long root;
  private final UnaryOperator<Entry.File> files;
  private final Unread unread;
  private final MetFolders met = new MetFolders();
  private final Deque<Level> levels = new ArrayDeque<>();

  /** A folder that has been entered. */
  private final class Level {
    private final VaultPath path;
    private final Entry.Folder source;
    private final ItemId id = ItemId.random();
    private final Cursor<Entry> entries;
    private final FolderWriter copy;
    private boolean told;

    Level(VaultPath path, Entry.Folder source) {
      this.path = path;
      this.source = source;
      this.entries = folders.entries(source.id(), source.pages(), null);
      this.copy = new FolderWriter(nodes, id, root, writer);
    }

    Entry.Folder finish() throws IOException {
      return new Entry.Folder(source.name(), id, source.stated(), copy.finish());
    }
  }

  /**
   * @param writer takes the new pages
   * @param root number of the root for which they are written
   * @param files makes of each file what it is in the copy
   * @param unread hears of what is left out; paths are seen from the folder that is copied
   */
  TreeCopy(
      Nodes nodes, PackWriter writer, long root, UnaryOperator<Entry.File> files, Unread unread) {
    this.nodes = nodes;
    this.folders = new Folders(nodes);
    this.writer = writer;
    this.root = root;
    this.files = files;
    this.unread = unread;
  }

  /**
   * The copy.
   *
   * @param from where the folder is
   * @param to where the copy is to be
   * @throws PathRefused if something of it would be too deep there
   */
  Entry.Folder copy(
      Entry.Folder folder, VaultPath from, VaultPath to, FileWriter.Checkpoint checkpoint)
      throws IOException {
    met.add(folder.id());
    levels.addFirst(new Level(VaultPath.TOP, folder));
    while (true) {
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
      switch (entry) {
        case null -> {
          levels.removeFirst();
          Entry.Folder copied = level.finish();
          checkpoint.pass();
          if (levels.isEmpty()) {
            return copied;
          }
          levels.getFirst().copy.add(copied);
        }
        case Entry.File file -> level.copy.add(files.apply(file));
        case Entry.Link link -> level.copy.add(link);
        case Entry.Folder deeper -> enter(level.path.child(deeper.name()), deeper, from, to);
      }
    }
  }

  private void enter(VaultPath path, Entry.Folder folder, VaultPath from, VaultPath to)
      throws IOException {
    int room = VaultPath.MAX_DEPTH - path.names().size();
    // One that is too deep where it is was put there by no sound program.
    if (from.names().size() > room || !met.add(folder.id())) {
      unread.folder(path, new TreeDamaged());
    } else if (to.names().size() > room) {
      throw new PathRefused(Reason.TOO_DEEP, to.join(path));
    } else {
      levels.addFirst(new Level(path, folder));
    }
  }
}
