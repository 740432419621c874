package org.anonymouscloud.vault.client.space;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.vault.client.content.FileWriter;
import org.anonymouscloud.vault.client.content.PacksThere;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.Times;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataMissing;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.anonymouscloud.vault.client.store.KnownRoot;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.store.States;
import org.anonymouscloud.vault.client.tree.Changes;
import org.anonymouscloud.vault.client.tree.ConflictName;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Folders;
import org.anonymouscloud.vault.client.tree.Merge;
import org.anonymouscloud.vault.client.tree.PageMover;
import org.anonymouscloud.vault.client.tree.Removal;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * Gives back to the server what no state of a drive needs that is to stay. Each root that it makes
 * is a whole step: it has the visible tree of the one before, says which states stay, and drops
 * packs that neither its own trees nor those of such a state refer to. It is computed against
 * exactly the root before it, so whoever is faster is not overlooked. If anything cannot be read
 * nothing is dropped. Used once; not thread-safe.
 */
public final class Sweep {
  /** Other devices that may be quicker before this one gives up. */
  private static final int RACES = 5;

  /** So many earlier states are named one by one; if there are more nothing is packed anew. */
  private static final int MOST_NAMED = 1_000;

  /** What a cut costs at most, and what has to have room beside what is there. */
  private static final long MOST_MOVED = 256L << 20;

  private static final int MOST_LEFT_OUT = 1_000;

  private static final long LEAST_MOVED = 1L << 20;

  /** What a sweep leaves itself; to give back no more than this would never end. */
  public static final long LEAST_GAIN = 32L << 10;

  /** More wait for the next sweep. */
  private static final int MOST_GARBAGE = 200_000;

  private final SpaceParts drive;
  private final Look look;
  private final Wish wish;
  private final FileWriter.Checkpoint step;
  private Marks marks = new Marks();
  private final Set<Long> marked = new HashSet<>();

  /** What others wrote and was left out needs. */
  private final Marks spared = new Marks();

  /** Packs that the server has no more, if what needs them is given up. */
  private final Set<PackName> gone = new HashSet<>();

  /** Packs that a root of this sweep has named anew. */
  private final Set<PackName> revived = new HashSet<>();

  private final Set<PackName> stuck = new HashSet<>();
  private long budget = MOST_MOVED;

  /**
   * How a drive is just now.
   *
   * @param file where it is said which states are kept; none if it is not
   * @param states each time from the newest on
   */
  public record Basis(
      KnownRoot newest, KeptStates kept, Optional<Entry> file, Supplier<States> states) {}

  /** Looks at the drive as it is just now. */
  @FunctionalInterface
  public interface Look {
    /** None if nothing was ever written to it. */
    Optional<Basis> now() throws IOException;
  }

  /**
   * What is wanted.
   *
   * @param tight whether packs are written anew until little is wasted; else only those that are
   *     mostly garbage
   * @param giveUpUnreadable whether earlier states that cannot be read, or need a pack that the
   *     server says is lost, are dropped; else what cannot be read stops it
   * @param agreed the numbers of the only states that may be dropped so; none if all may
   * @param dryRun whether it only says what would be done
   */
  public record Wish(
      boolean tight, boolean giveUpUnreadable, Optional<Set<Long>> agreed, boolean dryRun) {
    public Wish {
      agreed = agreed.map(Set::copyOf);
    }

    /** Whatever cannot be read may be dropped, if any may. */
    public Wish(boolean tight, boolean giveUpUnreadable, boolean dryRun) {
      this(tight, giveUpUnreadable, Optional.empty(), dryRun);
    }

    /** What is done without being asked. */
    public static final Wish BY_ITSELF = new Wish(false, false, false);
  }

  /**
   * What was done, or would be.
   *
   * @param states earlier ones that stay
   * @param dropped earlier ones that stay no more
   * @param givenUp the numbers of those among them that could not be read
   * @param removals what is deleted from the trash
   * @param packs that are given back
   * @param bytes in them
   * @param sent bytes of new packs
   * @param more whether there is more to do
   */
  public record Done(
      long states,
      long dropped,
      List<Long> givenUp,
      long removals,
      long packs,
      long bytes,
      long sent,
      boolean more) {
    /** Of a drive to which nothing was written. */
    public static final Done NOTHING = new Done(0, 0, List.of(), 0, 0, 0, 0, false);
  }

  /** Which states stay. */
  private static final class Stay {
    /** Those that have to be named, the newest first. */
    private final List<KeptStates.Earlier> named = new ArrayList<>();

    private final List<Long> givenUp = new ArrayList<>();

    /** All roots from this one on stay, besides; the newest number if none does. */
    private long from;

    /**
     * The lowest number of a state that is known to be of the days in which all stay. Later ones
     * are so too, whatever the clock said of who made them.
     */
    private Optional<States.State> recent = Optional.empty();

    private long states;
    private long gone;
    private boolean gap;
  }

  /** What the server has and what of it goes. */
  private static final class Finding {
    private final Map<PackName, Integer> garbage = new HashMap<>();
    private final List<Repacking.Loose> loose = new ArrayList<>();
    private final Set<PackName> missing = new HashSet<>();

    /** Listed, needed, and not on the server's disk. */
    private final Set<PackName> lost = new HashSet<>();

    private boolean cut;

    private long garbageBytes() {
      return garbage.values().stream().mapToLong(Integer::longValue).sum();
    }
  }

  /**
   * @param step passed all the time; what it throws ends the work, of which nothing is lost
   */
  public Sweep(SpaceParts drive, Look look, Wish wish, FileWriter.Checkpoint step) {
    this.drive = drive;
    this.look = look;
    this.wish = wish;
    this.step = step;
  }

  /**
   * Makes a step, or says what it would be.
   *
   * @throws SpaceStuck if something cannot be read that may be needed
   */
  public Done run() throws IOException {
    for (int race = 0; race < RACES; race++) {
      Optional<Basis> basis = look.now();
      if (basis.isEmpty() || basis.get().newest().root().isEmpty()) {
        return Done.NOTHING;
      }
      Optional<Done> done = attempt(basis.get());
      if (done.isPresent()) {
        return done.get();
      }
    }
    throw new IOException("Other devices change the drive all the time; try again.");
  }

  private Optional<Done> attempt(Basis basis) throws IOException {
    Instant now = drive.clock().instant();
    Stay stay = decide(basis, now);
    boolean named = stay.states <= MOST_NAMED;
    // Else the newest root stays as a state, with what is in its trash.
    Set<Name> old = named ? oldRemovals(basis, stay.recent, now) : Set.of();
    markNewest(basis, old);
    Finding found = list();
    if (!found.missing.isEmpty()) {
      return revive(basis, found);
    }
    if (!found.lost.isEmpty() && wish.giveUpUnreadable()) {
      return without(found.lost);
    }
    List<Repacking.Loose> moving =
        named ? Repacking.choose(found.loose, wish.tight(), budget) : List.of();
    long garbage = found.garbageBytes();
    boolean any = !moving.isEmpty() || stay.gone > 0 || !old.isEmpty() || garbage > LEAST_GAIN;
    if (wish.dryRun() || !any) {
      long length = moving.stream().mapToLong(Repacking.Loose::length).sum();
      long sent = moving.stream().mapToLong(Repacking.Loose::live).sum();
      return Optional.of(
          any
              ? new Done(
                  stay.states,
                  stay.gone,
                  stay.givenUp,
                  old.size(),
                  (long) found.garbage.size() + moving.size(),
                  garbage + length,
                  sent,
                  !moving.isEmpty())
              : new Done(stay.states, 0, List.of(), 0, 0, 0, 0, false));
    }
    try {
      return give(basis, stay, old, now, found, moving);
    } catch (ServerRefused e) {
      if (moving.isEmpty() || e.code() != ErrorCode.QUOTA_EXCEEDED) {
        throw e;
      }
      // There is too little room beside what is there: in smaller steps, or not at all.
      budget = budget > LEAST_MOVED ? budget / 16 : 0;
    } catch (Repacking.Stuck e) {
      stuck.add(e.pack());
    } catch (PageMover.TooDeep e) {
      budget = 0;
    }
    return attempt(look.now().orElseThrow());
  }

  /** Which states stay; all that those need is marked. */
  private Stay decide(Basis basis, Instant now) throws IOException {
    KeptStates kept = basis.kept();
    Retention rule = new Retention(kept.days(), kept.weeks());
    Root newest = basis.newest().root().orElseThrow();
    Stay stay = new Stay();
    stay.from = newest.number();
    stay.recent = firstOfTheDays(basis, rule, now);
    long recent = stay.recent.map(States.State::number).orElse(Long.MAX_VALUE);
    Instant until = kept.since(newest.number()).orElse(newest.time());
    Instant after = now;
    Set<Long> unseen = new HashSet<>();
    kept.earlier().forEach(earlier -> unseen.add(earlier.number()));
    unseen.remove(newest.number());
    marks.beginEarlier();
    States states = basis.states().get();
    Optional<States.State> next = states.older();
    while (next.isPresent()) {
      step.pass();
      States.State state = next.get();
      if (state.number() < newest.number()) {
        unseen.remove(state.number());
        // A device whose clock is wrong must not have the state before its own taken for older.
        after = until.isBefore(state.since()) ? after : until;
        boolean keeps = state.number() >= recent || rule.keeps(state.since(), after, now);
        if (keeps && isMarked(state, stay)) {
          stay.states++;
          boolean inRow = !stay.gap && state.number() >= kept.from();
          if (inRow) {
            stay.from = state.number();
          }
          if (!inRow || stay.states <= MOST_NAMED || kept.since(state.number()).isPresent()) {
            stay.named.add(new KeptStates.Earlier(state.number(), state.since()));
          }
        } else {
          stay.gap = true;
          stay.gone++;
        }
        until = state.since();
      }
      next = states.older();
    }
    spare(basis, stay.recent);
    for (long number : unseen) {
      giveUp(SpaceStuck.earlier(number, VaultPath.TOP, new DataMissing()), number, stay);
      stay.gone++;
    }
    return stay;
  }

  /**
   * What others wrote and was left out is no state that stays, but its packs do for the days, as
   * far as it can be read: a person may want it back.
   *
   * @param recent the oldest state that is known to be of the days
   */
  private void spare(Basis basis, Optional<States.State> recent) throws IOException {
    if (recent.isEmpty()) {
      return;
    }
    Marking marking = new Marking(drive.nodes(), drive.id(), spared, (path, why) -> {}, step);
    for (Root root : basis.states().get().leftOut(recent.get().number(), MOST_LEFT_OUT)) {
      step.pass();
      marking.trees(root.trees());
    }
  }

  /**
   * The oldest state of which it is known that it is of the days in which all stay: by its own
   * time, or because states were given back within them when it was the newest.
   */
  private Optional<States.State> firstOfTheDays(Basis basis, Retention rule, Instant now)
      throws IOException {
    KeptStates kept = basis.kept();
    boolean sweptThen =
        rule.isWithinDays(kept.swept(), now)
            && !kept.earlier().isEmpty()
            && kept.earlier().getLast().number() == kept.from();
    Optional<States.State> first = Optional.empty();
    States states = basis.states().get();
    for (Optional<States.State> next = states.older(); next.isPresent(); next = states.older()) {
      step.pass();
      States.State state = next.get();
      if (rule.isWithinDays(state.since(), now) || (sweptThen && state.number() == kept.from())) {
        first = next;
      }
    }
    return first;
  }

  /** Whether all that an earlier state needs is marked; if not, it is given up. */
  private boolean isMarked(States.State state, Stay stay) throws IOException {
    if (marked.contains(state.number())) {
      return true;
    }
    Marking.Damage damage =
        (path, why) -> {
          if (!isNobodys(why)) {
            throw SpaceStuck.earlier(state.number(), path, why);
          }
        };
    try {
      new Needs(damage).trees(state.root().trees());
    } catch (SpaceStuck e) {
      giveUp(e, state.number(), stay);
      return false;
    }
    marked.add(state.number());
    return true;
  }

  private void giveUp(SpaceStuck why, long number, Stay stay) throws SpaceStuck {
    if (why.isForNow()) {
      throw why;
    }
    boolean mayGo = wish.agreed().isEmpty() || wish.agreed().get().contains(number);
    if (!wish.giveUpUnreadable() || !mayGo) {
      throw why;
    }
    stay.givenUp.add(number);
  }

  /** What a member's device has sealed and makes no sense is there for nobody, now or later. */
  private static boolean isNobodys(Untrusted why) {
    return why instanceof TreeDamaged;
  }

  private void markNewest(Basis basis, Set<Name> old) throws IOException {
    marks.beginNewest();
    Marking.Damage damage =
        (path, why) -> {
          if (!isNobodys(why)) {
            throw SpaceStuck.newest(path, why);
          }
        };
    new Needs(damage).trees(basis.newest().trees(), old);
  }

  private boolean isThere(PackName pack) throws IOException {
    try {
      drive.remote().get(pack, 0, 1, new byte[1]);
      return true;
    } catch (DataMissing e) {
      return false;
    }
  }

  /** Marks what is needed, of which nothing may be gone. */
  private final class Needs extends Marking {
    Needs(Damage damage) {
      super(drive.nodes(), drive.id(), marks, damage, step);
    }

    @Override
    void require(Ref ref) throws Untrusted {
      if (gone.contains(ref.pack())) {
        throw new DataMissing();
      }
    }
  }

  private Finding list() throws IOException {
    Finding found = new Finding();
    for (PackName pack : marks.packs()) {
      if (marks.isNeeded(pack)) {
        found.missing.add(pack);
      }
    }
    drive
        .remote()
        .list(
            (name, length, lost) -> {
              step.pass();
              if (!marks.isNeeded(name)) {
                if (spared.isNeeded(name)) {
                  return;
                }
                if (found.garbage.size() < MOST_GARBAGE) {
                  found.garbage.put(name, length);
                } else {
                  found.cut = true;
                }
                return;
              }
              Marks.Marked needed = marks.of(name);
              if (length < needed.reach()) {
                throw SpaceStuck.missing(1, new DataMissing());
              }
              if (lost) {
                found.lost.add(name);
              }
              boolean isListed = found.missing.remove(name);
              boolean isPinned = needed.pinned() || spared.isNeeded(name);
              if (isListed && !lost && !isPinned && !stuck.contains(name)) {
                found.loose.add(
                    new Repacking.Loose(name, length, needed.live(), needed.segments()));
              }
            });
    return found;
  }

  /**
   * Has the server keep for good what trees need and no root keeps any more: a device that was
   * removed may have dropped it, which can be undone for a day. What nobody needs goes at the same
   * time, so that there is room for it. A server that does not list what it has would have one root
   * made after another: so only what it says it holds is named, and once.
   */
  private Optional<Done> revive(Basis basis, Finding found) throws IOException {
    int most = VaultMessages.MAX_PACKS_IN_MOVE;
    List<PackName> some = found.missing.stream().limit(most).toList();
    List<PackName> garbage = found.garbage.keySet().stream().limit(most).toList();
    if (!wish.dryRun() && mayBeHeld(some)) {
      try {
        if (drive
            .roots()
            .move(Optional.of(basis.newest()), basis.newest().trees(), some, garbage, true)) {
          revived.addAll(some);
        }
        return Optional.empty();
      } catch (ServerRefused e) {
        if (e.code() != ErrorCode.NOT_FOUND) {
          throw e;
        }
      }
    }
    Set<PackName> lost = new HashSet<>();
    for (PackName pack : found.missing) {
      step.pass();
      if (!isThere(pack)) {
        lost.add(pack);
      }
    }
    if (lost.isEmpty() || !wish.giveUpUnreadable()) {
      throw SpaceStuck.missing(found.missing.size(), new DataMissing());
    }
    return without(lost);
  }

  /** Goes on without the states that need packs which the server has no more. */
  private Optional<Done> without(Set<PackName> lost) throws IOException {
    gone.addAll(lost);
    marks = new Marks();
    marked.clear();
    return attempt(look.now().orElseThrow());
  }

  private boolean mayBeHeld(List<PackName> packs) throws IOException {
    long least = packs.stream().mapToLong(pack -> marks.of(pack).reach()).sum();
    return Collections.disjoint(packs, revived) && drive.remote().usage().held() >= least;
  }

  private Optional<Done> give(
      Basis basis,
      Stay stay,
      Set<Name> old,
      Instant now,
      Finding found,
      List<Repacking.Loose> moving)
      throws IOException {
    long number = basis.newest().number() + 1;
    List<PackName> garbage = new ArrayList<>(found.garbage.keySet());
    int first = Math.min(garbage.size(), VaultMessages.MAX_PACKS_IN_MOVE - moving.size());
    List<PackName> dropped = new ArrayList<>(garbage.subList(0, first));
    dropped.addAll(Repacking.names(moving));
    drive.leftovers().giveBackLeft();
    PackWriter writer = drive.writers().get();
    try {
      writer.setFrees(true);
      if (!moving.isEmpty()) {
        long segments = moving.stream().mapToLong(Repacking.Loose::segments).sum();
        long live = moving.stream().mapToLong(Repacking.Loose::live).sum();
        writer.expect(segments, live - segments);
      }
      KeptStates after = after(basis, stay, now, number);
      Changes changes = new Changes();
      write(drive, after, basis.file(), changes, writer);
      empty(basis.newest().trees(), old, changes);
      Trees trees = merge(drive, basis.newest().trees(), changes, number, writer);
      if (!moving.isEmpty()) {
        trees =
            new Repacking(drive, marks, Repacking.names(moving), writer, step).move(trees, number);
      }
      writer.flush();
      step.pass();
      List<PackName> live = writer.takeSent();
      if (!move(drive, Optional.of(basis.newest()), trees, live, dropped)) {
        return Optional.empty();
      }
      writer.named(live);
    } finally {
      giveBack(drive, writer);
    }
    int gone = first;
    while (gone < garbage.size()) {
      step.pass();
      int to = Math.min(garbage.size(), gone + VaultMessages.MAX_PACKS_IN_MOVE);
      KnownRoot own = drive.roots().known().orElseThrow();
      // Upon this sweep's own roots alone: of others it does not know what they need.
      if (own.number() != number
          || !move(drive, Optional.of(own), own.trees(), List.of(), garbage.subList(gone, to))) {
        break;
      }
      number++;
      gone = to;
    }
    long bytes = moving.stream().mapToLong(Repacking.Loose::length).sum();
    // If it has not been worth it, it will not be.
    boolean moreToMove = bytes - writer.sentBytes() > LEAST_GAIN;
    for (PackName pack : garbage.subList(0, gone)) {
      bytes += found.garbage.get(pack);
    }
    return Optional.of(
        new Done(
            stay.states,
            stay.gone,
            stay.givenUp,
            old.size(),
            (long) gone + moving.size(),
            bytes,
            writer.sentBytes(),
            found.cut || gone < garbage.size() || moreToMove));
  }

  private static boolean move(
      SpaceParts drive,
      Optional<KnownRoot> onto,
      Trees trees,
      List<PackName> live,
      List<PackName> dropped)
      throws IOException {
    drive.commits().lock();
    try {
      return drive.roots().move(onto, trees, live, dropped, true);
    } finally {
      drive.commits().unlock();
    }
  }

  /** What is said of the states, once this root is the newest. */
  private static KeptStates after(Basis basis, Stay stay, Instant now, long number) {
    boolean named = stay.states <= MOST_NAMED;
    KeptStates kept = basis.kept();
    List<KeptStates.Earlier> states = new ArrayList<>();
    for (KeptStates.Earlier state : stay.named.reversed()) {
      if (named || state.number() <= stay.from) {
        states.add(state);
      }
    }
    if (named) {
      // The visible tree of the root before is this one's, so that one's packs are not needed.
      Root before = basis.newest().root().orElseThrow();
      Instant since = kept.since(before.number()).orElse(before.time());
      states.add(new KeptStates.Earlier(number, since));
    }
    return new KeptStates(
        Times.nearest(now),
        kept.days(),
        kept.weeks(),
        named ? number : stay.from,
        rising(states, now));
  }

  /** Clocks of devices differ, so the times need not rise as they are. */
  private static List<KeptStates.Earlier> rising(List<KeptStates.Earlier> states, Instant now) {
    List<KeptStates.Earlier> rising = new ArrayList<>();
    Instant last = Times.EARLIEST;
    for (KeptStates.Earlier state : states) {
      Instant since = state.since().isAfter(now) ? now : state.since();
      last = since.isAfter(last) ? since : last.plusNanos(1);
      rising.add(new KeptStates.Earlier(state.number(), Times.nearest(last)));
    }
    return rising;
  }

  /**
   * Makes a root that only says something else of the states.
   *
   * @return false if another root came first
   */
  public static boolean say(
      SpaceParts drive, Optional<KnownRoot> newest, Optional<Entry> file, KeptStates states)
      throws IOException {
    long number = newest.map(KnownRoot::number).orElse(-1L) + 1;
    PackWriter writer = drive.writers().get();
    try {
      writer.setFrees(true);
      Changes changes = new Changes();
      write(drive, states, file, changes, writer);
      Trees before = newest.map(KnownRoot::trees).orElse(Trees.NONE);
      Trees trees = merge(drive, before, changes, number, writer);
      writer.flush();
      List<PackName> live = writer.takeSent();
      boolean moved = move(drive, newest, trees, live, List.of());
      if (moved) {
        writer.named(live);
      }
      return moved;
    } finally {
      giveBack(drive, writer);
    }
  }

  private static void giveBack(SpaceParts drive, PackWriter writer) {
    writer.close();
    drive.leftovers().giveBack(writer.unnamed(), List.of());
  }

  /** Writes the file that says which states stay. */
  private static void write(
      SpaceParts drive,
      KeptStates states,
      Optional<Entry> there,
      Changes changes,
      PackWriter writer)
      throws IOException {
    Optional<Entry.File> before =
        there
            .filter(Entry.File.class::isInstance)
            .map(Entry.File.class::cast)
            .filter(file -> file.version() < Entry.File.LAST_VERSION);
    ItemId id = before.map(Entry.File::id).orElseGet(ItemId::random);
    long version = before.map(Entry.File::version).orElse(0L) + 1;
    FileWriter content =
        new FileWriter(
            new PacksThere(drive.remote()),
            drive.nodes(),
            drive.sealer(),
            writer,
            drive.id(),
            id,
            version,
            Optional.empty(),
            false,
            Optional.empty());
    content.write(new ByteArrayInputStream(states.encode()), () -> {});
    Instant now = Times.nearest(drive.clock().instant());
    changes.putAside(
        new VaultPath(List.of(KeptStates.NAME)),
        new Entry.File(KeptStates.NAME, id, now, false, version, content.finish()),
        there);
  }

  /** What was removed before the days in which all stays, by its time and by the states. */
  private Set<Name> oldRemovals(Basis basis, Optional<States.State> recent, Instant now)
      throws IOException {
    Instant cutoff = new Retention(basis.kept().days(), basis.kept().weeks()).cutoff(now);
    Folders folders = new Folders(drive.nodes());
    Set<Name> old = new HashSet<>();
    Cursor<Entry> removals = removals(folders, basis.newest().trees());
    while (true) {
      try {
        Entry removal = removals.next();
        if (removal == null) {
          return old;
        }
        if (removal instanceof Entry.Folder
            && removal.modified().isBefore(cutoff)
            && (recent.isEmpty() || isInTrash(folders, recent.get(), removal.name()))) {
          old.add(removal.name());
        }
      } catch (Untrusted e) {
        if (!isNobodys(e)) {
          throw SpaceStuck.newest(VaultPath.TOP, e);
        }
        // The cursor goes on after it.
      }
    }
  }

  private Cursor<Entry> removals(Folders folders, Trees trees) throws IOException {
    Optional<Entry> trash = folders.find(ItemId.aside(drive.id()), trees.aside(), Removal.TRASH);
    return trash.orElse(null) instanceof Entry.Folder all
        ? folders.entries(all.id(), all.pages(), null)
        : () -> null;
  }

  private boolean isInTrash(Folders folders, States.State state, Name removal) throws IOException {
    try {
      return folders
          .find(ItemId.aside(drive.id()), state.root().trees().aside(), Removal.place(removal))
          .isPresent();
    } catch (Untrusted e) {
      // What cannot be known is taken for new.
      return false;
    }
  }

  /** Deletes removals for good. */
  private void empty(Trees trees, Set<Name> old, Changes changes) throws IOException {
    Folders folders = new Folders(drive.nodes());
    for (Name removal : old) {
      Optional<Entry> entry =
          folders.find(ItemId.aside(drive.id()), trees.aside(), Removal.place(removal));
      entry.ifPresent(there -> changes.removeAside(Removal.place(removal), there));
    }
  }

  private static Trees merge(
      SpaceParts drive, Trees before, Changes changes, long number, PackWriter writer)
      throws IOException {
    Instant now = drive.clock().instant();
    ConflictName name = new ConflictName(drive.device(), LocalDate.ofInstant(now, ZoneOffset.UTC));
    return new Merge(drive.nodes(), drive.id(), before, writer, number, name, now).apply(changes);
  }
}
