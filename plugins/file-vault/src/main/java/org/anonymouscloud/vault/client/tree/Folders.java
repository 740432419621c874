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
import org.jspecify.annotations.Nullable;

/** Looks things up in folders and goes through them in the order of their names. Thread-safe. */
public final class Folders {
  private final Nodes nodes;

  public Folders(Nodes nodes) {
    this.nodes = nodes;
  }

  /** The entry of a folder that has this name. */
  public Optional<Entry> find(ItemId folder, Pages pages, Name name) throws IOException {
    return say(folder, pages, name).entry;
  }

  /**
   * What a tree says of a path, and where.
   *
   * @param entry what is there, if anything is
   * @param folder in which that is, or the last one on the way to it
   * @param written number of the root for which the page was written that says so; 0 if the folder
   *     has none
   */
  public record Said(Optional<Entry> entry, ItemId folder, long written) {}

  private Said say(ItemId folder, Pages pages, Name name) throws IOException {
    if (pages.isEmpty()) {
      return new Said(Optional.empty(), folder, 0);
    }
    Page page = nodes.top(folder, pages);
    long written = pages.top().version();
    Name end = null;
    while (true) {
      switch (page) {
        case Page.Leaf(List<Entry> entries) -> {
          int at = place(entries, Entry::name, name);
          return new Said(
              at >= 0 && entries.get(at).name().equals(name)
                  ? Optional.of(entries.get(at))
                  : Optional.empty(),
              folder,
              written);
        }
        case Page.Inner(int height, List<Page.Child> children) -> {
          int at = place(children, Page.Child::first, name);
          if (at < 0) {
            return new Said(Optional.empty(), folder, written);
          }
          end = end(children, at, end);
          written = children.get(at).page().version();
          page = nodes.below(folder, height - 1, children.get(at), end);
        }
      }
    }
  }

  /** What a tree says of a path that is not its top, seen from its topmost folder. */
  public Said say(ItemId folder, Pages pages, VaultPath path) throws IOException {
    Said said = new Said(Optional.empty(), folder, 0);
    ItemId id = folder;
    Pages inside = pages;
    int left = path.names().size();
    for (Name name : path.names()) {
      left--;
      Said next = say(id, inside, name);
      // An empty folder has no page; the one that has its entry says so.
      said = inside.isEmpty() ? new Said(next.entry, id, said.written) : next;
      if (!(said.entry.orElse(null) instanceof Entry.Folder deeper)) {
        return left == 0 ? said : new Said(Optional.empty(), said.folder, said.written);
      }
      id = deeper.id();
      inside = deeper.pages();
    }
    return said;
  }

  /** What is at a path, seen from a folder; none for that folder itself, which has no entry. */
  public Optional<Entry> find(ItemId folder, Pages pages, VaultPath path) throws IOException {
    ItemId id = folder;
    Pages inside = pages;
    Optional<Entry> found = Optional.empty();
    for (Name name : path.names()) {
      if (found.isPresent()) {
        if (!(found.get() instanceof Entry.Folder deeper)) {
          return Optional.empty();
        }
        id = deeper.id();
        inside = deeper.pages();
      }
      found = find(id, inside, name);
      if (found.isEmpty()) {
        return found;
      }
    }
    return found;
  }

  /**
   * A folder's entries, in order. Where some cannot be read, the cursor throws, and goes on after
   * them when it is asked again.
   *
   * @param after only those whose names come after this one; all, if null
   */
  public Cursor<Entry> entries(ItemId folder, Pages pages, @Nullable Name after) {
    return new Entries(folder, pages, after);
  }

  private final class Entries implements Cursor<Entry> {
    private final ItemId folder;
    private final Pages pages;
    private final @Nullable Name after;
    private final Deque<Rest> rests = new ArrayDeque<>();
    private boolean begun;

    Entries(ItemId folder, Pages pages, @Nullable Name after) {
      this.folder = folder;
      this.pages = pages;
      this.after = after;
    }

    @Override
    public @Nullable Entry next() throws IOException {
      if (!begun) {
        begun = true;
        if (!pages.isEmpty()) {
          descend(nodes.top(folder, pages), null, after);
        }
      }
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
              int at = rest.at++;
              Name end = end(children, at, rest.end);
              descend(nodes.below(folder, height - 1, children.get(at), end), end, null);
            } else {
              rests.removeFirst();
            }
          }
        }
      }
      return null;
    }

    /** Goes down to the leaf where the entries after a name begin. */
    private void descend(Page from, @Nullable Name fromEnd, @Nullable Name name)
        throws IOException {
      Page page = from;
      Name end = fromEnd;
      while (true) {
        switch (page) {
          case Page.Leaf(List<Entry> entries) -> {
            rests.addFirst(
                new Rest(page, end, name == null ? 0 : place(entries, Entry::name, name) + 1));
            return;
          }
          case Page.Inner(int height, List<Page.Child> children) -> {
            int at = name == null ? 0 : Math.max(0, place(children, Page.Child::first, name));
            rests.addFirst(new Rest(page, end, at + 1));
            end = end(children, at, end);
            page = nodes.below(folder, height - 1, children.get(at), end);
          }
        }
      }
    }
  }

  /**
   * The name that follows those below a child.
   *
   * @param end the one that follows those below all children; null if nothing does
   */
  static @Nullable Name end(List<Page.Child> children, int at, @Nullable Name end) {
    return at + 1 < children.size() ? children.get(at + 1).first() : end;
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
    private final @Nullable Name end;
    private int at;

    /**
     * @param end the name that follows those in and below the page; null if nothing does
     */
    Rest(Page page, @Nullable Name end, int at) {
      this.page = page;
      this.end = end;
      this.at = at;
    }
  }
}
