package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.jspecify.annotations.Nullable;

/**
 * Changes entries of a folder and writes the pages that differ: one change in a folder of a million
 * entries writes as many pages as stand above each other. Not thread-safe.
 */
final class FolderEditor {
  /** A page with less in it is joined with the one beside it. */
  private static final int LEAST_BYTES = Page.FULL / 4;

  private static final int MAX_BYTES = Page.FULL - Page.HEADER;

  private final Nodes nodes;
  private final PackWriter writer;
  private final long root;

  /**
   * @param writer takes the new pages
   * @param root number of the root for which they are written
   */
  FolderEditor(Nodes nodes, PackWriter writer, long root) {
    this.nodes = nodes;
    this.writer = writer;
    this.root = root;
  }

  /** What stands in a page, or will. */
  private sealed interface Item {
    Name name();

    int bytes();
  }

  private record EntryItem(Entry entry, int bytes) implements Item {
    @Override
    public Name name() {
      return entry.name();
    }
  }

  /**
   * @param end the name that follows those below the child; null if it is not known
   */
  private record ChildItem(Page.Child child, @Nullable Name end) implements Item {
    @Override
    public Name name() {
      return child.first();
    }

    @Override
    public int bytes() {
      return child.encodedLength();
    }
  }

  /** A stretch of a folder at one height: a page as it is, or items still to be cut into pages. */
  private sealed interface Stretch {
    record Kept(ChildItem page) implements Stretch {}

    record Loose(List<Item> items) implements Stretch {}
  }

  /**
   * The folder's pages after some changes.
   *
   * @param changes by name: the entry that shall be there, or none to remove it
   */
  Pages apply(ItemId folder, Pages pages, SortedMap<Name, Optional<Entry>> changes)
      throws IOException {
    if (changes.isEmpty()) {
      return pages;
    }
    int height = Math.max(1, pages.height());
    List<Item> items =
        pages.isEmpty()
            ? mergeEntries(List.of(), changes)
            : changed(folder, nodes.top(folder, pages), null, changes);
    while (true) {
      if (items.isEmpty()) {
        return Pages.NONE;
      }
      if (height > 1 && items.size() == 1) {
        return lowest(folder, height - 1, ((ChildItem) items.getFirst()).child());
      }
      List<Item> above = cut(folder, height, items);
      if (above.size() == 1) {
        return new Pages(height, List.of(((ChildItem) above.getFirst()).child().page()));
      }
      items = above;
      height++;
    }
  }

  /** Without pages at the top that have only one below them. */
  private Pages lowest(ItemId folder, int from, Page.Child top) throws IOException {
    int height = from;
    Page.Child child = top;
    while (height > 1) {
      Optional<List<Item>> below = items(folder, height, new ChildItem(child, null));
      if (below.isEmpty() || below.get().size() > 1) {
        break;
      }
      child = ((ChildItem) below.get().getFirst()).child();
      height--;
    }
    return new Pages(height, List.of(child.page()));
  }

  /**
   * The items of a page after some changes at or below it.
   *
   * @param end the name that follows those in and below the page; null if nothing does
   */
  private List<Item> changed(
      ItemId folder, Page page, @Nullable Name end, SortedMap<Name, Optional<Entry>> changes)
      throws IOException {
    return switch (page) {
      case Page.Leaf(List<Entry> entries) -> mergeEntries(entries, changes);
      case Page.Inner(int height, List<Page.Child> children) ->
          changedBelow(folder, height - 1, children, end, changes);
    };
  }

  private static List<Item> mergeEntries(
      List<Entry> entries, SortedMap<Name, Optional<Entry>> changes) {
    SortedMap<Name, Entry> merged = new TreeMap<>();
    entries.forEach(entry -> merged.put(entry.name(), entry));
    changes.forEach(
        (name, change) ->
            change.ifPresentOrElse(entry -> merged.put(name, entry), () -> merged.remove(name)));
    List<Item> items = new ArrayList<>(merged.size());
    merged.values().forEach(entry -> items.add(new EntryItem(entry, entry.encodedLength())));
    return items;
  }

  private List<Item> changedBelow(
      ItemId folder,
      int height,
      List<Page.Child> children,
      @Nullable Name lastEnd,
      SortedMap<Name, Optional<Entry>> all)
      throws IOException {
    List<Stretch> stretches = new ArrayList<>(children.size());
    for (int i = 0; i < children.size(); i++) {
      Page.Child child = children.get(i);
      Name end = Folders.end(children, i, lastEnd);
      SortedMap<Name, Optional<Entry>> changes =
          i == 0 ? all : all.tailMap(children.get(i).first());
      if (i + 1 < children.size()) {
        changes = changes.headMap(children.get(i + 1).first());
      }
      stretches.add(
          changes.isEmpty()
              ? new Stretch.Kept(new ChildItem(child, end))
              : new Stretch.Loose(
                  changed(folder, nodes.below(folder, height, child, end), end, changes)));
    }
    return settle(folder, height, stretches);
  }

  /** Cuts what is loose into pages; what is too little for one is joined with its neighbour. */
  private List<Item> settle(ItemId folder, int height, List<Stretch> stretches) throws IOException {
    List<Item> above = new ArrayList<>();
    List<Item> loose = new ArrayList<>();
    for (Stretch stretch : stretches) {
      switch (stretch) {
        case Stretch.Loose(List<Item> items) -> loose.addAll(items);
        case Stretch.Kept(ChildItem page) -> {
          Optional<List<Item>> joined =
              !loose.isEmpty() && bytes(loose) < LEAST_BYTES
                  ? items(folder, height, page)
                  : Optional.empty();
          if (joined.isPresent()) {
            loose.addAll(joined.get());
          } else {
            above.addAll(cut(folder, height, loose));
            loose = new ArrayList<>();
            above.add(page);
          }
        }
      }
    }
    if (!loose.isEmpty() && bytes(loose) < LEAST_BYTES && !above.isEmpty()) {
      Optional<List<Item>> joined = items(folder, height, (ChildItem) above.getLast());
      if (joined.isPresent()) {
        above.removeLast();
        loose.addAll(0, joined.get());
      }
    }
    above.addAll(cut(folder, height, loose));
    return above;
  }

  /**
   * What is in a page; none if it cannot be read, which must not keep anyone from changing what
   * stands beside it.
   */
  private Optional<List<Item>> items(ItemId folder, int height, ChildItem page) throws IOException {
    try {
      return Optional.of(
          switch (nodes.below(folder, height, page.child(), page.end())) {
            case Page.Leaf(List<Entry> entries) ->
                entries.stream()
                    .<Item>map(entry -> new EntryItem(entry, entry.encodedLength()))
                    .toList();
            case Page.Inner(int _, List<Page.Child> children) ->
                children.stream().<Item>map(below -> new ChildItem(below, null)).toList();
          });
    } catch (Untrusted e) {
      return Optional.empty();
    }
  }

  /**
   * Writes items as pages that are about equally full. One with a long entry in it may be fuller,
   * so that no page beside it is nearly empty.
   */
  private List<Item> cut(ItemId folder, int height, List<Item> items) throws IOException {
    List<Item> above = new ArrayList<>();
    long left = bytes(items);
    int start = 0;
    while (start < items.size()) {
      long pages = (left + MAX_BYTES - 1) / MAX_BYTES;
      long share = left / pages;
      int end = start;
      int filled = 0;
      while (end < items.size()
          && (filled < LEAST_BYTES
              || left - filled < LEAST_BYTES
              || (filled + items.get(end).bytes() <= MAX_BYTES
                  && filled + items.get(end).bytes() / 2 <= share))) {
        filled += items.get(end).bytes();
        end++;
      }
      above.add(write(folder, height, items.subList(start, end)));
      left -= filled;
      start = end;
    }
    return above;
  }

  private Item write(ItemId folder, int height, List<Item> items) throws IOException {
    Page page =
        height == 1
            ? new Page.Leaf(items.stream().map(item -> ((EntryItem) item).entry()).toList())
            : new Page.Inner(
                height, items.stream().map(item -> ((ChildItem) item).child()).toList());
    Ref ref = nodes.write(folder, height, root, page, writer);
    return new ChildItem(new Page.Child(items.getFirst().name(), ref), null);
  }

  private static long bytes(List<Item> items) {
    return items.stream().mapToLong(Item::bytes).sum();
  }
}
