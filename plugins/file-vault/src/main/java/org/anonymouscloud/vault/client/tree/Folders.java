package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Ref;
import org.jspecify.annotations.Nullable;

/** Looks things up in folders and goes through them in the order of their names. Thread-safe. */
public final class Folders {
  private final Nodes nodes;

  public Folders(Nodes nodes) {
    this.nodes = nodes;
  }

  /** The entry of a folder that has this name. */
  public Optional<Entry> find(ItemId folder, Pages pages, Name name) throws IOException {
    if (pages.isEmpty()) {
      return Optional.empty();
    }
    Ref ref = pages.top();
    for (int height = pages.height(); ; height--) {
      switch (nodes.page(folder, height, ref)) {
        case Page.Leaf(List<Entry> entries) -> {
          int at = place(entries, Entry::name, name);
          return at >= 0 && entries.get(at).name().equals(name)
              ? Optional.of(entries.get(at))
              : Optional.empty();
        }
        case Page.Inner(int _, List<Page.Child> children) -> {
          int at = place(children, Page.Child::first, name);
          if (at < 0) {
            return Optional.empty();
          }
          ref = children.get(at).page();
        }
      }
    }
  }

  /**
   * A folder's entries, in order.
   *
   * @param after only those whose names come after this one; all, if null
   */
  public Cursor<Entry> entries(ItemId folder, Pages pages, @Nullable Name after)
      throws IOException {
    Deque<Rest> rests = new ArrayDeque<>();
    if (!pages.isEmpty()) {
      descend(folder, pages.height(), pages.top(), after, rests);
    }
    return () -> next(folder, rests);
  }

  private @Nullable Entry next(ItemId folder, Deque<Rest> rests) throws IOException {
    while (!rests.isEmpty()) {
      Rest rest = rests.getFirst();
      switch (rest.page) {
        case Page.Leaf(List<Entry> entries) -> {
          if (rest.at < entries.size()) {
            return entries.get(rest.at++);
          }
          rests.removeFirst();
        }
        case Page.Inner(int height, List<Page.Child> children) -> {
          if (rest.at < children.size()) {
            descend(folder, height - 1, children.get(rest.at++).page(), null, rests);
          } else {
            rests.removeFirst();
          }
        }
      }
    }
    return null;
  }

  /** Goes down to the leaf where the entries after a name begin. */
  private void descend(ItemId folder, int from, Ref top, @Nullable Name after, Deque<Rest> rests)
      throws IOException {
    Ref ref = top;
    for (int height = from; ; height--) {
      Page page = nodes.page(folder, height, ref);
      switch (page) {
        case Page.Leaf(List<Entry> entries) -> {
          rests.addFirst(
              new Rest(page, after == null ? 0 : place(entries, Entry::name, after) + 1));
          return;
        }
        case Page.Inner(int _, List<Page.Child> children) -> {
          int at = after == null ? 0 : Math.max(0, place(children, Page.Child::first, after));
          rests.addFirst(new Rest(page, at + 1));
          ref = children.get(at).page();
        }
      }
    }
  }

  /** The last item whose name is not after this one; -1 if there is none. */
  static <T> int place(List<T> items, Function<T, Name> nameOf, Name name) {
    int low = 0;
    int high = items.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (nameOf.apply(items.get(middle)).compareTo(name) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** A page of which the items from {@code at} on are still to come. */
  private static final class Rest {
    private final Page page;
    private int at;

    Rest(Page page, int at) {
      this.page = page;
      this.at = at;
    }
  }
}
