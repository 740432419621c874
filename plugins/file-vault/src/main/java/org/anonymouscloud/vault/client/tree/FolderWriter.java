package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.store.PackWriter;

/**
 * Writes a new folder from entries that come one after another, and keeps one page of each height
 * of them. Not thread-safe.
 */
public final class FolderWriter {
  private static final int MAX_BYTES = Page.FULL - Page.HEADER;

  private final Nodes nodes;
  private final ItemId folder;
  private final long root;
  private final PackWriter writer;
  private final Filling<Entry> leaf = new Filling<>();

  /** Pages above the leaves, from height 2 up. None of them is ever empty. */
  private final List<Filling<Page.Child>> above = new ArrayList<>();

  /**
   * @param folder id that nothing has yet
   * @param root number of the root for which the pages are written
   * @param writer takes the pages
   */
  public FolderWriter(Nodes nodes, ItemId folder, long root, PackWriter writer) {
    this.nodes = nodes;
    this.folder = folder;
    this.root = root;
    this.writer = writer;
  }

  /** What a page will hold. */
  private static final class Filling<T> {
    private List<T> items = new ArrayList<>();
    private int bytes;

    boolean hasRoom(int more) {
      return items.isEmpty() || bytes + more <= MAX_BYTES;
    }

    void add(T item, int length) {
      items.add(item);
      bytes += length;
    }

    List<T> take() {
      List<T> taken = items;
      items = new ArrayList<>();
      bytes = 0;
      return taken;
    }
  }

  /** Adds an entry whose name comes after those of all before. */
  public void add(Entry entry) throws IOException {
    int length = entry.encodedLength();
    if (!leaf.hasRoom(length)) {
      addAbove(0, writeLeaf());
    }
    leaf.add(entry, length);
  }

  /** The folder's pages, after its last entry. */
  public Pages finish() throws IOException {
    if (leaf.items.isEmpty()) {
      return Pages.NONE;
    }
    Page.Child page = writeLeaf();
    for (int i = 0; i < above.size(); i++) {
      addAbove(i, page);
      page = writeInner(i);
    }
    return new Pages(above.size() + 1, List.of(page.page()));
  }

  private void addAbove(int index, Page.Child child) throws IOException {
    if (index == above.size()) {
      above.add(new Filling<>());
    }
    Filling<Page.Child> page = above.get(index);
    if (!page.hasRoom(child.encodedLength())) {
      addAbove(index + 1, writeInner(index));
    }
    page.add(child, child.encodedLength());
  }

  private Page.Child writeLeaf() throws IOException {
    List<Entry> entries = leaf.take();
    return write(entries.getFirst().name(), 1, new Page.Leaf(entries));
  }

  private Page.Child writeInner(int index) throws IOException {
    List<Page.Child> children = above.get(index).take();
    return write(children.getFirst().first(), index + 2, new Page.Inner(index + 2, children));
  }

  private Page.Child write(Name first, int height, Page page) throws IOException {
    Ref ref = nodes.write(folder, height, root, page, writer);
    return new Page.Child(first, ref);
  }
}
