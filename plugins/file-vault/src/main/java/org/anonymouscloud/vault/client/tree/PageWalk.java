package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the pages of a folder and of all folders below it, depth first. Unlike one who reads
 * the folders it passes over what has been passed already, and so costs little where trees share
 * pages. Not thread-safe.
 */
public final class PageWalk {
  private final Nodes nodes;
  private final Visitor visitor;
  private final Deque<Level> levels = new ArrayDeque<>();

  /** Is told what there is. */
  public interface Visitor {
    /** Whether a page of a folder is to be gone into. */
    boolean enters(VaultPath folder, Ref page) throws IOException;

    /** All at and below a page has been passed. */
    void passed(Ref page) throws IOException;

    /** Whether a folder is to be gone into at all. */
    boolean enters(VaultPath path, Entry.Folder folder) throws IOException;

    /** A file; its content is not looked at. */
    void file(VaultPath path, Entry.File file) throws IOException;

    /** A folder cannot be read, or not wholly; if this returns, the rest goes on. */
    void unread(VaultPath folder, Untrusted why) throws IOException;
  }

  /** A page that has been entered. */
  private static final class Level {
    private final VaultPath path;
    private final ItemId folder;
    private final Ref ref;
    private final Page page;
    private final @Nullable Name end;
    private int at;

    Level(VaultPath path, ItemId folder, Ref ref, Page page, @Nullable Name end) {
      this.path = path;
      this.folder = folder;
      this.ref = ref;
      this.page = page;
      this.end = end;
    }
  }

  public PageWalk(Nodes nodes, Visitor visitor) {
    this.nodes = nodes;
    this.visitor = visitor;
  }

  /**
   * Goes through a folder.
   *
   * @param path of the folder, for what is told
   */
  public void walk(VaultPath path, ItemId folder, Pages pages) throws IOException {
    enter(path, folder, pages);
    while (!levels.isEmpty()) {
      Level level = levels.getFirst();
      switch (level.page) {
        case Page.Leaf(List<Entry> entries) when level.at < entries.size() -> {
          Entry entry = entries.get(level.at++);
          VaultPath inside = level.path.child(entry.name());
          switch (entry) {
            case Entry.File file -> visitor.file(inside, file);
            case Entry.Link _ -> {}
            case Entry.Folder deeper -> {
              if (visitor.enters(inside, deeper)) {
                enter(inside, deeper.id(), deeper.pages());
              }
            }
          }
        }
        case Page.Inner(int height, List<Page.Child> children) when level.at < children.size() -> {
          int at = level.at++;
          enter(level, height - 1, children.get(at), Folders.end(children, at, level.end));
        }
        default -> {
          levels.removeFirst();
          visitor.passed(level.ref);
        }
      }
    }
  }

  private void enter(VaultPath path, ItemId folder, Pages pages) throws IOException {
    if (pages.isEmpty() || !visitor.enters(path, pages.top())) {
      return;
    }
    try {
      Page page = nodes.top(folder, pages);
      levels.addFirst(new Level(path, folder, pages.top(), page, null));
    } catch (Untrusted e) {
      visitor.unread(path, e);
    }
  }

  private void enter(Level above, int height, Page.Child child, @Nullable Name end)
      throws IOException {
    if (!visitor.enters(above.path, child.page())) {
      return;
    }
    try {
      Page page = nodes.below(above.folder, height, child, end);
      levels.addFirst(new Level(above.path, above.folder, child.page(), page, end));
    } catch (Untrusted e) {
      visitor.unread(above.path, e);
    }
  }
}
