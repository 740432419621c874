package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the pages of a folder and of all folders below it, depth first. Unlike one who reads
 * the folders it passes over what has been passed already, and so costs little where trees share
 * pages. Not thread-safe.
 */
public final class PageWalk {
  /**
   * More pages one below another than any sound program makes, by far: what lies deeper is told of
   * and left.
   */
  private static final int MAX_LEVELS = 100_000;

  /** Pages that are kept at a time; those above are read again on the way back. */
  private static final int KEPT_PAGES = 256;

  private final Nodes nodes;
  private final Visitor visitor;
  private final List<Level> levels = new ArrayList<>();

  /** Is told what there is. */
  public interface Visitor {
    /**
     * Whether a page of a folder is to be gone into.
     *
     * @param place of the page, for which it is sealed
     */
    boolean enters(VaultPath folder, Place place, Ref page) throws IOException;

    /** All at and below a page, which has been read, has been passed. */
    void passed(Place place, Ref page) throws IOException;

    /** Whether a folder is to be gone into at all. */
    boolean enters(VaultPath path, Entry.Folder folder) throws IOException;

    /** A file; its content is not looked at. */
    void file(VaultPath path, Entry.File file) throws IOException;

    /** A folder cannot be read, or not wholly; if this returns, the rest goes on. */
    void unread(VaultPath folder, Untrusted why) throws IOException;
  }

  /** Reads a page. */
  @FunctionalInterface
  private interface Loading {
    Page load() throws IOException;
  }

  /** A page that has been entered. */
  private static final class Level {
    private final VaultPath path;
    private final Place place;
    private final Ref ref;
    private final Loading loading;
    private final @Nullable Name end;
    private @Nullable Page page;
    private int at;

    Level(VaultPath path, Place place, Ref ref, Loading loading, @Nullable Name end)
        throws IOException {
      this.path = path;
      this.place = place;
      this.ref = ref;
      this.loading = loading;
      this.end = end;
      this.page = loading.load();
    }

    Page page() throws IOException {
      Page read = page;
      if (read == null) {
        read = loading.load();
        page = read;
      }
      return read;
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
      Level level = levels.getLast();
      Page page;
      try {
        page = level.page();
      } catch (Untrusted e) {
        levels.removeLast();
        visitor.unread(level.path, e);
        continue;
      }
      switch (page) {
        case Page.Leaf(List<Entry> entries) when level.at < entries.size() ->
            pass(level, entries.get(level.at++));
        case Page.Inner(int height, List<Page.Child> children) when level.at < children.size() -> {
          int at = level.at++;
          enter(level, height - 1, children.get(at), Folders.end(children, at, level.end));
        }
        default -> {
          levels.removeLast();
          visitor.passed(level.place, level.ref);
        }
      }
    }
  }

  private void pass(Level level, Entry entry) throws IOException {
    VaultPath inside = inside(level.path, entry.name());
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

  /** Deeper than paths may be, what is told of is said to be where they end. */
  private static VaultPath inside(VaultPath folder, Name name) {
    return folder.names().size() > VaultPath.MAX_DEPTH ? folder : folder.child(name);
  }

  private void enter(VaultPath path, ItemId folder, Pages pages) throws IOException {
    if (!pages.isEmpty()) {
      Place place = nodes.place(folder, pages.height(), pages.top());
      enter(path, place, pages.top(), () -> nodes.top(folder, pages), null);
    }
  }

  private void enter(Level above, int height, Page.Child child, @Nullable Name end)
      throws IOException {
    ItemId folder = above.place.owner();
    Place place = nodes.place(folder, height, child.page());
    enter(above.path, place, child.page(), () -> nodes.below(folder, height, child, end), end);
  }

  private void enter(VaultPath path, Place place, Ref ref, Loading loading, @Nullable Name end)
      throws IOException {
    if (!visitor.enters(path, place, ref)) {
      return;
    }
    try {
      if (levels.size() == MAX_LEVELS) {
        throw new TreeDamaged();
      }
      levels.add(new Level(path, place, ref, loading, end));
      if (levels.size() > KEPT_PAGES) {
        levels.get(levels.size() - 1 - KEPT_PAGES).page = null;
      }
    } catch (Untrusted e) {
      visitor.unread(path, e);
    }
  }
}
