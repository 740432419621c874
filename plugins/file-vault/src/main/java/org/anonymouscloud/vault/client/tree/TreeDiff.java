package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two trees, page by page: pages that are the same in both are not read, so
 * that one changed file among a million costs what stands above it. Not thread-safe.
 */
public final class TreeDiff implements Cursor<TreeDiff.Difference> {
  private final Nodes nodes;
  private final MetFolders met = new MetFolders();
  private final Deque<Both> folders = new ArrayDeque<>();

  /** What became of a path. */
  public enum Kind {
    /** It is there now; what is in it, if it is a folder, is not named besides. */
    ADDED,

    /** It is another file now, or has another content or time. */
    CHANGED,

    /** It is there no more, nor is what was in it, which is not named besides. */
    REMOVED
  }

  /**
   * One of the differences.
   *
   * @param entry as it is now; as it was, if it was removed
   * @param was what was at the path; none if it was added
   */
  public record Difference(Kind kind, VaultPath path, Entry entry, Optional<Entry> was) {}

  /** Two states of a folder. */
  private record Both(VaultPath path, Side before, Side after) {}

  /** Something in a folder that has not been looked into: a page with all below it, or an entry. */
  private sealed interface Item {
    Name first();

    /**
     * @param end the name that follows those below; null if nothing does
     */
    record Below(int height, Page.Child child, @Nullable Name end) implements Item {
      @Override
      public Name first() {
        return child.first();
      }
    }

    record One(Entry entry) implements Item {
      @Override
      public Name first() {
        return entry.name();
      }
    }
  }

  /** What is left of one state of a folder. */
  private final class Side {
    private final ItemId folder;
    private final Deque<Item> items = new ArrayDeque<>();

    Side(ItemId folder, Pages pages) throws IOException {
      this.folder = folder;
      if (!pages.isEmpty()) {
        add(nodes.top(folder, pages), null);
      }
    }

    private void add(Page page, @Nullable Name end) {
      List<Item> inside = new ArrayList<>();
      switch (page) {
        case Page.Leaf(List<Entry> entries) ->
            entries.forEach(entry -> inside.add(new Item.One(entry)));
        case Page.Inner(int height, List<Page.Child> children) -> {
          for (int at = 0; at < children.size(); at++) {
            inside.add(
                new Item.Below(height - 1, children.get(at), Folders.end(children, at, end)));
          }
        }
      }
      inside.reversed().forEach(items::addFirst);
    }

    /** Looks into the page that comes next. */
    void open(Item.Below page) throws IOException {
      items.removeFirst();
      add(nodes.below(folder, page.height(), page.child(), page.end()), page.end());
    }
  }

  /**
   * @param folder of which both are states
   */
  public TreeDiff(Nodes nodes, ItemId folder, Pages before, Pages after) throws IOException {
    this.nodes = nodes;
    if (!before.equals(after)) {
      met.add(folder);
      folders.addFirst(new Both(VaultPath.TOP, new Side(folder, before), new Side(folder, after)));
    }
  }

  @Override
  public @Nullable Difference next() throws IOException {
    while (!folders.isEmpty()) {
      Both both = folders.getFirst();
      Item before = both.before.items.peekFirst();
      Item after = both.after.items.peekFirst();
      if (before == null && after == null) {
        folders.removeFirst();
      } else if (!skip(both, before, after) && !open(both, before, after)) {
        Difference found = compare(both, before, after);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** Passes over a page that both have. */
  private static boolean skip(Both both, @Nullable Item before, @Nullable Item after) {
    if (before instanceof Item.Below one
        && after instanceof Item.Below other
        && one.height() == other.height()
        && one.child().equals(other.child())) {
      both.before.items.removeFirst();
      both.after.items.removeFirst();
      return true;
    }
    return false;
  }

  /** Looks into a page that comes first, or stands higher, or into both. */
  private static boolean open(Both both, @Nullable Item before, @Nullable Item after)
      throws IOException {
    int order = before == null ? 1 : after == null ? -1 : before.first().compareTo(after.first());
    int higher = Integer.compare(height(after), height(before));
    boolean opensBefore = order < 0 || (order == 0 && higher <= 0);
    boolean opensAfter = order > 0 || (order == 0 && higher >= 0);
    boolean opened = false;
    if (opensBefore && before instanceof Item.Below page) {
      both.before.open(page);
      opened = true;
    }
    if (opensAfter && after instanceof Item.Below page) {
      both.after.open(page);
      opened = true;
    }
    return opened;
  }

  private static int height(@Nullable Item item) {
    return item instanceof Item.Below page ? page.height() : 0;
  }

  /** Of two entries, the first by name alone, or both if they have the same. */
  private @Nullable Difference compare(Both both, @Nullable Item before, @Nullable Item after)
      throws IOException {
    Entry was = before instanceof Item.One(Entry entry) ? entry : null;
    Entry is = after instanceof Item.One(Entry entry) ? entry : null;
    int order = before == null ? 1 : after == null ? -1 : before.first().compareTo(after.first());
    if (order < 0 && was != null) {
      both.before.items.removeFirst();
      return new Difference(Kind.REMOVED, both.path.child(was.name()), was, Optional.of(was));
    }
    if (order > 0 && is != null) {
      both.after.items.removeFirst();
      return new Difference(Kind.ADDED, both.path.child(is.name()), is, Optional.empty());
    }
    both.before.items.removeFirst();
    both.after.items.removeFirst();
    if (was == null || is == null || nodes.same(was, is)) {
      return null;
    }
    VaultPath path = both.path.child(is.name());
    if (was instanceof Entry.Folder then
        && is instanceof Entry.Folder now
        && then.id().equals(now.id())) {
      if (!then.pages().equals(now.pages())
          && path.names().size() < VaultPath.MAX_DEPTH
          && met.add(now.id())) {
        folders.addFirst(
            new Both(path, new Side(then.id(), then.pages()), new Side(now.id(), now.pages())));
      }
      return null;
    }
    return new Difference(Kind.CHANGED, path, is, Optional.of(was));
  }
}
