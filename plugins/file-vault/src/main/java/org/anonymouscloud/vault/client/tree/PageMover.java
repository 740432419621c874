package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.store.PackWriter;

/**
 * Writes a folder's pages, and those of all folders below it, anew where they lie in a pack that is
 * given up or refer to something that has moved. Names, entries and the shape of the folders stay.
 * Not thread-safe.
 */
public final class PageMover {
  private final Nodes nodes;
  private final PackWriter writer;
  private final long root;
  private final Moves moves;

  /** Where pages are now that were gone into; one that several folders name is written once. */
  private final Map<Ref, Ref> moved = new HashMap<>();

  private final Deque<Level> levels = new ArrayDeque<>();

  /** More pages one below another than are kept in memory at a time. */
  private static final int MAX_LEVELS = 512;

  /** A tree is too deep for its pages to move. */
  public static final class TooDeep extends IOException {
    private static final long serialVersionUID = 1;

    TooDeep() {
      super("A folder lies too deep for what is in it to be packed anew.");
    }
  }

  /** Says what moves. */
  public interface Moves {
    /** Whether something at or below a page may move. */
    boolean enters(Ref page);

    /** Whether what lies in the pack of a page moves. */
    boolean leaves(Ref page);

    /** The content of a file when all of it that moves has moved. */
    Content moved(Entry.File file) throws IOException;
  }

  /** A page that has been entered, with as much of its new state as is known. */
  private static final class Level {
    private final ItemId folder;
    private final int height;
    private final Ref ref;
    private final Page page;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Page.Child> children = new ArrayList<>();

    Level(ItemId folder, int height, Ref ref, Page page) {
      this.folder = folder;
      this.height = height;
      this.ref = ref;
      this.page = page;
    }

    Page now() {
      return height == 1 ? new Page.Leaf(entries) : new Page.Inner(height, children);
    }
  }

  /**
   * @param writer takes the new pages
   * @param root number of the root for which they are written
   */
  public PageMover(Nodes nodes, PackWriter writer, long root, Moves moves) {
    this.nodes = nodes;
    this.writer = writer;
    this.root = root;
    this.moves = moves;
  }

  /** The pages of a folder when all that moves has moved. */
  public Pages move(ItemId folder, Pages pages) throws IOException {
    if (pages.isEmpty()) {
      return pages;
    }
    if (!isKnown(pages.top())) {
      enter(folder, pages);
      while (!levels.isEmpty()) {
        goOn(levels.getFirst());
      }
    }
    return new Pages(pages.height(), List.of(after(pages.top())));
  }

  private void goOn(Level level) throws IOException {
    switch (level.page) {
      case Page.Leaf(List<Entry> entries) when level.entries.size() < entries.size() -> {
        switch (entries.get(level.entries.size())) {
          case Entry.File file -> level.entries.add(file.with(moves.moved(file)));
          case Entry.Link link -> level.entries.add(link);
          case Entry.Folder deeper -> {
            if (deeper.pages().isEmpty() || isKnown(deeper.pages().top())) {
              level.entries.add(deeper.with(after(deeper.pages())));
            } else {
              enter(deeper.id(), deeper.pages());
            }
          }
        }
      }
      case Page.Inner(int height, List<Page.Child> children)
          when level.children.size() < children.size() -> {
        Page.Child child = children.get(level.children.size());
        if (isKnown(child.page())) {
          level.children.add(new Page.Child(child.first(), after(child.page())));
        } else {
          Page page = nodes.below(level.folder, height - 1, child, null);
          push(new Level(level.folder, height - 1, child.page(), page));
        }
      }
      default -> {
        levels.removeFirst();
        Page now = level.now();
        moved.put(
            level.ref,
            now.equals(level.page) && !moves.leaves(level.ref)
                ? level.ref
                : nodes.write(level.folder, level.height, root, now, writer));
      }
    }
  }

  private void enter(ItemId folder, Pages pages) throws IOException {
    push(new Level(folder, pages.height(), pages.top(), nodes.top(folder, pages)));
  }

  private boolean isKnown(Ref page) {
    return moved.containsKey(page) || !moves.enters(page);
  }

  private Ref after(Ref page) {
    return moved.getOrDefault(page, page);
  }

  private Pages after(Pages pages) {
    return pages.isEmpty() ? pages : new Pages(pages.height(), List.of(after(pages.top())));
  }

  private void push(Level level) throws TooDeep {
    if (levels.size() == MAX_LEVELS) {
      throw new TooDeep();
    }
    levels.addFirst(level);
  }
}
