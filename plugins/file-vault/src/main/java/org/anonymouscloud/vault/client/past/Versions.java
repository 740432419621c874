package org.anonymouscloud.vault.client.past;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.store.States;
import org.anonymouscloud.vault.client.tree.Folders;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * The versions of what is, or was, at a path, the newest first. It is looked up in few of the
 * drive's states: if it is the same in two of them, it is taken for the same in all between, unless
 * the drive went back to an earlier state between them. So what only was at the path while the file
 * there was moved away, and then back, may not be found. Where nothing is in two of them, it is
 * looked up wherever the folder changed, up to a bound. Of what came there by a move it is said
 * where it was before; its versions there are asked for by its id. Not thread-safe.
 */
public final class Versions {
  /** So many states are divided at a time. */
  private static final int AT_ONCE = 1_024;

  /** So many changes of a folder are looked at in which nothing is at the path. */
  private static final int MAX_GAPS = 2_000;

  private final Drive drive;
  private final VaultPath path;
  private final Optional<ItemId> only;
  private final int most;
  private final List<Version> found = new ArrayList<>();

  /** What was at the path in the state that was told of last and could be read. */
  private Optional<Key> told = Optional.empty();

  private boolean ended;
  private long unread;
  private int gaps;
  private int limit;

  /** States in a row, the newest first, and what was at the path in those that were looked at. */
  private List<States.State> row = new ArrayList<>();

  private Map<Integer, Seen> seen = new HashMap<>();
  private long whole;

  /** The newest state of all. */
  private long now;

  /** The newest state of what is being looked through. */
  private long runs;

  /** What tells one version from another, also when its bytes lie elsewhere by now. */
  private record Key(ItemId id, long version, long length, List<Digest> digests) {
    static Key of(Entry entry, Drive drive) throws IOException {
      return switch (entry) {
        case Entry.File file ->
            new Key(file.id(), file.version(), file.content().length(), drive.digests(file));
        case Entry.Folder folder -> new Key(folder.id(), 0, 0, List.of());
        case Entry.Link link ->
            new Key(link.id(), 0, 0, List.of(Digest.sha256(link.target().text().getBytes(UTF_8))));
      };
    }
  }

  /**
   * What was at the path in a state.
   *
   * @param said none if it cannot be read
   * @param key of what was there; none if nothing was
   */
  private record Seen(Optional<Folders.Said> said, Optional<Key> key) {
    Optional<Entry> entry() {
      return said.flatMap(Folders.Said::entry);
    }

    boolean isGap() {
      return said.isPresent() && entry().isEmpty();
    }

    boolean isLike(Seen other) {
      return said.isPresent() == other.said.isPresent()
          && key.equals(other.key)
          && (!isGap()
              || said.map(Folders.Said::folder).equals(other.said.map(Folders.Said::folder)));
    }
  }

  /**
   * What was found.
   *
   * @param versions the newest first; one that was there again after something else, again
   * @param next the number of the state where to go on; none if all were looked through
   * @param unread in how many of the states that were looked at it could not be read
   */
  public record Found(List<Version> versions, OptionalLong next, long unread) {}

  /**
   * @param only what shall be at the path: older than where something else, or nothing, is there
   *     nothing is looked for. None for whatever is there
   * @param most states to look through before it says where to go on, at least one
   */
  public Versions(Drive drive, VaultPath path, Optional<ItemId> only, int most) {
    this.drive = drive;
    this.path = path;
    this.only = only;
    this.most = most;
  }

  /**
   * Looks for versions; to be asked once.
   *
   * @param from the highest number of a state to look at
   * @param limit how many versions at most
   */
  public Found find(long from, int limit) throws IOException {
    Optional<States> states = drive.states();
    if (states.isEmpty()) {
      return new Found(List.of(), OptionalLong.empty(), 0);
    }
    this.limit = limit;
    whole = states.get().kept().from();
    Optional<States.State> next = states.get().older();
    now = next.map(States.State::number).orElse(-1L);
    while (next.isPresent() && next.get().number() > from) {
      next = states.get().older();
    }
    runs = next.map(States.State::number).orElse(-1L);
    int looked = 0;
    while (next.isPresent() && !isDone() && looked < most) {
      // The last of the row before is the first of this one, so that none is missed between them.
      begin();
      while (next.isPresent() && row.size() < AT_ONCE) {
        row.add(next.get());
        next = states.get().older();
        looked++;
      }
      divideRow();
    }
    if (ended) {
      return found(-1);
    }
    if (found.size() >= limit) {
      return found(found.getLast().state() - 1);
    }
    if (next.isPresent()) {
      // What was there in the last of them may have come before it.
      return found(row.getLast().number());
    }
    if (!row.isEmpty()) {
      tell(row.size() - 1, row.getLast().number() > 0);
    }
    return found(-1);
  }

  /**
   * @param next -1 if there is nothing to go on with
   */
  private Found found(long next) {
    return new Found(
        List.copyOf(found), next < 0 ? OptionalLong.empty() : OptionalLong.of(next), unread);
  }

  private boolean isDone() {
    return ended || found.size() >= limit;
  }

  private void begin() {
    List<States.State> before = row;
    Map<Integer, Seen> looked = seen;
    row = new ArrayList<>();
    seen = new HashMap<>();
    if (!before.isEmpty()) {
      row.add(before.getLast());
      Seen last = looked.get(before.size() - 1);
      if (last != null) {
        seen.put(0, last);
      }
    }
  }

  /** Goes through the pieces in which the drive never went back. */
  private void divideRow() throws IOException {
    int first = 0;
    for (int at = 0; at + 1 < row.size(); at++) {
      if (wentBack(row.get(at), row.get(at + 1))) {
        divide(first, at);
        divide(at, at + 1);
        first = at + 1;
      }
    }
    divide(first, row.size() - 1);
  }

  /**
   * Whether a state has a tree that was not made for it: the topmost page says for which root it
   * was.
   */
  private static boolean wentBack(States.State state, States.State before) {
    Pages top = state.root().top();
    return !top.equals(before.root().top())
        && (top.isEmpty() || top.top().version() != state.number());
  }

  private void divide(int newer, int older) throws IOException {
    if (isDone() || newer == older) {
      return;
    }
    if (at(newer).isLike(at(older))) {
      if (at(newer).isGap()) {
        lookIntoGap(newer, older);
      }
      return;
    }
    if (newer + 1 == older) {
      tell(newer, false);
      return;
    }
    int middle = (newer + older) >>> 1;
    divide(newer, middle);
    divide(middle, older);
  }

  /** Nothing is at the path in two states: between them the folder may have changed and back. */
  private void lookIntoGap(int newer, int older) throws IOException {
    int at = newer;
    while (!isDone() && gaps++ < MAX_GAPS) {
      long written = at(at).said().map(Folders.Said::written).orElse(0L);
      int before = at + 1;
      while (before <= older && row.get(before).number() >= written) {
        before++;
      }
      if (before > older) {
        return;
      }
      if (!at(before).isLike(at(at))) {
        divide(at, before);
        divide(before, older);
        return;
      }
      at = before;
    }
  }

  private Seen at(int index) throws IOException {
    Seen there = seen.get(index);
    if (there == null) {
      there = look(row.get(index));
      seen.put(index, there);
    }
    return there;
  }

  private Seen look(States.State state) throws IOException {
    try {
      Folders.Said said = drive.snapshot(state).say(path);
      Optional<Key> key =
          said.entry().isPresent()
              ? Optional.of(Key.of(said.entry().get(), drive))
              : Optional.empty();
      return new Seen(Optional.of(said), key);
    } catch (Untrusted e) {
      unread++;
      return new Seen(Optional.empty(), Optional.empty());
    }
  }

  /**
   * What was at the path in a state and not in the one before it.
   *
   * @param mayBeOlder whether it may have been there before, in states that are not known any more
   */
  private void tell(int index, boolean mayBeOlder) throws IOException {
    long newest = runs;
    runs = index + 1 < row.size() ? row.get(index + 1).number() : runs;
    @Nullable Entry entry = at(index).entry().orElse(null);
    Optional<Key> key = at(index).key();
    if (only.isPresent() && !only.equals(at(index).entry().map(Entry::id))) {
      ended = true;
      return;
    }
    if (at(index).said().isEmpty()) {
      // Before and after what cannot be read the same may have been there.
      return;
    }
    boolean again = told.equals(key);
    told = key;
    if (entry == null || again || found.size() >= limit) {
      return;
    }
    States.State state = row.get(index);
    boolean came = came(index, entry);
    ended = only.isPresent() && came;
    found.add(
        new Version(
            state.number(),
            newest,
            state.since(),
            entry,
            mayBeOlder || state.number() < whole ? Optional.empty() : Optional.of(state.root()),
            newest == now,
            came ? before(index, entry) : Optional.empty()));
  }

  /** Where it was in the state before. */
  private Optional<EarlierPlace> before(int index, Entry entry) throws IOException {
    try {
      return EarlierPlace.find(drive, row.get(index + 1), row.get(index), path, entry.id());
    } catch (Untrusted e) {
      unread++;
      return Optional.empty();
    }
  }

  /** Whether something else, or nothing, was at the path in the state before. */
  private boolean came(int index, Entry entry) throws IOException {
    return index + 1 < row.size()
        && at(index + 1).said().isPresent()
        && !at(index + 1).entry().map(Entry::id).equals(Optional.of(entry.id()));
  }
}
