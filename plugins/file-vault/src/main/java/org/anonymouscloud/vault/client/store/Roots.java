package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.Lost;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.format.DriveId;
import org.anonymouscloud.vault.client.format.KeyRing;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.store.Untrusted.ChainForked;
import org.anonymouscloud.vault.client.store.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.store.Untrusted.NotAsNamed;
import org.anonymouscloud.vault.client.store.Untrusted.NotAsOnceNamed;
import org.anonymouscloud.vault.client.store.Untrusted.RootForked;
import org.anonymouscloud.vault.client.store.Untrusted.RootNotSigned;
import org.anonymouscloud.vault.client.store.Untrusted.RootRolledBack;
import org.anonymouscloud.vault.protocol.Messages;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The roots of a drive. A root counts only if a device of the account has signed it and if it is,
 * or follows from, the newest one this device has seen and the newest one that a device of the
 * account names in its chain (A22, A23). One of an older generation than the chain's counts only if
 * the chain names it or devices that stay have written it (A16), and what a device that was removed
 * has left unreadable does not count: the first reader puts one of the newest generation after it.
 * Before a root is given to anybody, it is remembered durably as the newest. Thread-safe.
 */
public final class Roots {
  private static final Logger LOG = LoggerFactory.getLogger(Roots.class);
  private static final int ANCESTORS_AT_ONCE = 32;

  /** Other devices that may be quicker before this one gives up. */
  private static final int RACES = 5;

  private final AccountSession account;
  private final DriveId drive;
  private final KeyRing keys;
  private final RemoteVault remote;
  private final StateStore state;
  private final Clock clock;

  // Guarded by this, and held while the server is asked: an answer that is overtaken by a later one
  // must not look like a step back.
  private Optional<Known> known = Optional.empty();
  private Optional<RootFloor> floor = Optional.empty();
  private Optional<Named> judgedBy = Optional.empty();
  private boolean floorLoaded;
  private final List<String> notes = new ArrayList<>();

  /**
   * The newest root that the server has, and the newest that counts: the same, unless a device
   * wrote it that was removed.
   *
   * @param generation of the keys of the newest root
   * @param number of the newest root
   * @param hash of the newest root, by which the next one names it
   * @param root the newest root that counts; none if none does
   * @param head of the newest root that counts
   * @param judged the newest generation when this was found out
   */
  public record Known(
      int generation, long number, Digest hash, Optional<Root> root, Head head, int judged) {
    /** Of the tree that counts. */
    public Pages top() {
      return root.map(Root::top).orElse(Pages.NONE);
    }
  }

  /** What a device says of the drive in the account's chain. */
  private record Named(DeviceId by, Head head) {}

  public Roots(
      AccountSession account, DriveId drive, KeyRing keys, RemoteVault remote, Clock clock) {
    this.account = account;
    this.drive = drive;
    this.keys = keys;
    this.remote = remote;
    this.state = account.state();
    this.clock = clock;
  }

  /**
   * Asks the server for the newest root. If devices have been removed since it was written, this
   * puts one of the newest generation after it, with the tree that counts.
   *
   * @return none if the drive has never been written to
   * @throws Untrusted if what the server shows must not be used
   */
  public synchronized Optional<Known> newest() throws IOException {
    Optional<Known> newest = judge();
    for (int race = 0; isToBeFollowed(newest); race++) {
      try {
        if (move(newest, newest.get().top(), List.of(), true)) {
          return known;
        }
      } catch (ServerRefused e) {
        // It is known what counts, and the next write says it as well.
        LOG.warn("The first root of a generation was refused: {}", e.code());
        return newest;
      }
      if (race == RACES) {
        throw new IOException("Other devices change the drive all the time; try again.");
      }
      newest = judge();
    }
    return newest;
  }

  private boolean isToBeFollowed(Optional<Known> newest) {
    return newest.isPresent()
        && (newest.get().generation() != account.generation()
            || newest.get().head().number() < newest.get().number());
  }

  /**
   * How far the drive has come, for a link of the account's chain. Only reads. If what the server
   * shows must not be used, this is how far this device has seen it come: no server keeps a device
   * in the account by showing a false drive.
   *
   * @param leaving the devices that the link removes. If what they say of the drive does not fit
   *     what there is, it counts no more; but a device that has seen nothing itself goes no further
   *     until a person has decided, as the server may be the one that lies
   * @return none if this device cannot say it
   */
  public synchronized Optional<Head> head(Set<DeviceId> leaving) throws IOException {
    loadFloor();
    boolean blank = floor.isEmpty();
    Optional<Named> named = named(Set.of());
    try {
      return Optional.of(headOf(judge(leaving, named)));
    } catch (ServerRefused e) {
      // A server without a vault has no drive. Whoever has seen one is not told so.
      if (e.code() == ErrorCode.UNKNOWN_METHOD && leastNumber(named) < 0) {
        return Optional.of(Head.none(drive.object()));
      }
      throw e;
    } catch (Untrusted e) {
      if (leaving.isEmpty()) {
        return seen();
      }
      if (!blank) {
        return headWithout(leaving);
      }
      // Whoever takes over the whole account from a server that shows rubbish has nobody's word.
      if (named.isEmpty() && leaving.containsAll(account.devices())) {
        throw e;
      }
      if (named.isPresent()) {
        keepInMind(named.get().head());
      }
      return Optional.empty();
    }
  }

  /** What was only named counts as if it had been seen, until a person says otherwise. */
  private void keepInMind(Head named) throws IOException {
    known = Optional.empty();
    RootFloor said = RootFloor.of(named);
    said.store(state);
    floor = Optional.of(said);
  }

  private Optional<Head> headWithout(Set<DeviceId> leaving) throws IOException {
    Optional<Known> rest;
    try {
      rest = judge(leaving, named(leaving));
    } catch (Untrusted e) {
      return seen();
    }
    note(
        "A device that was removed had said that the drive was further than the server shows it, or"
            + " another. Its word counts no more: compare what you find with what you know.");
    return Optional.of(headOf(rest));
  }

  private Head headOf(Optional<Known> judged) {
    return judged.map(Known::head).orElse(Head.none(drive.object()));
  }

  /** The newest root that this device has seen, if nobody was removed since. */
  private Optional<Head> seen() {
    return floor
        .filter(seen -> seen.generation() == account.generation() && seen.newest().number() >= 0)
        .map(seen -> new Head(drive.object(), seen.newest().number(), seen.newest().hash()));
  }

  /** What the person should know of what has happened since this was last asked. */
  public synchronized List<String> takeNotes() {
    List<String> taken = List.copyOf(notes);
    notes.clear();
    return taken;
  }

  private void note(String note) {
    LOG.warn("{}", note);
    notes.add(note);
  }

  /**
   * What this device knows to have been and the server does not show, the oldest first: the last
   * roots that it has seen, or what a device that was removed has named.
   */
  public synchronized List<Lost> lost() throws IOException {
    loadFloor();
    List<Lost> lost = new ArrayList<>();
    if (floor.isPresent() && floor.get().isNamedAlone()) {
      RootFloor.Point named = floor.get().newest();
      Optional<Messages.RootGot> got = remote.root(named.number());
      if (got.isEmpty() || !Digest.sha256(got.get().root()).equals(named.hash())) {
        lost.add(new Lost(named.number(), Optional.empty(), Optional.empty()));
      }
    }
    for (SignedRoot seen : floor.map(RootFloor::seen).orElse(List.of()).reversed()) {
      Optional<Messages.RootGot> got = remote.root(seen.number());
      if (got.isPresent() && Arrays.equals(got.get().root(), seen.encode())) {
        break;
      }
      Root root = opened(seen);
      lost.addFirst(new Lost(root.number(), Optional.of(root.time()), Optional.of(root.device())));
    }
    return lost;
  }

  /**
   * Forgets what was seen, and takes what the server has like a device without memory: a person has
   * said that it was restored from a backup.
   *
   * @throws Untrusted if it is no state that the account's chain allows; then nothing is forgotten
   */
  public synchronized void restart() throws IOException {
    loadFloor();
    Optional<RootFloor> before = floor;
    floor = Optional.empty();
    known = Optional.empty();
    boolean done = false;
    try {
      if (judge().isEmpty()) {
        RootFloor none = RootFloor.ofNothing();
        none.store(state);
        floor = Optional.of(none);
      }
      done = true;
    } finally {
      if (!done) {
        floor = before;
      }
    }
  }

  /** The newest root that was seen since this was made, without asking the server. */
  public synchronized Optional<Known> known() {
    return known;
  }

  /**
   * Makes a new root the newest.
   *
   * @param before the root it follows; none for the drive's first
   * @param top the pages of the topmost folder
   * @param live packs that it needs and the root before did not
   * @param frees whether it only deletes, or ends what removed devices may write: for that there is
   *     space beyond the quota
   * @return false if it is to be asked for the newest root first: another device has moved it, or
   *     devices were removed meanwhile
   */
  public synchronized boolean move(
      Optional<Known> before, Pages top, List<PackName> live, boolean frees) throws IOException {
    if (before.isPresent() && before.get().judged() < account.generation()) {
      return false;
    }
    long number = before.map(Known::number).orElse(-1L) + 1;
    Root root =
        new Root(drive, number, account.device(), clock.instant(), top, account.chainHead());
    loadFloor();
    SignedRoot signed =
        SignedRoot.seal(
            root, before.map(Known::hash).orElse(RootHeader.NOTHING), keys, account::sign);
    byte[] encoded = signed.encode();
    if (!remote.move(number, encoded, live, frees) && !isThere(number, encoded)) {
      return false;
    }
    if (before.isPresent()) {
      noteWhatIsLeftOut(before.get());
    }
    remember(signed, named(Set.of()));
    known = Optional.of(counting(signed, signed, root));
    return true;
  }

  /** Whether an attempt that seemed cut off has arrived. */
  private boolean isThere(long number, byte[] encoded) throws IOException {
    Optional<Messages.RootGot> got = remote.root(number);
    return got.isPresent() && Arrays.equals(got.get().root(), encoded);
  }

  private void noteWhatIsLeftOut(Known before) {
    long states = before.number() - before.head().number();
    if (states > 0) {
      note(
          "A device that was removed has written to the drive all the same, "
              + (states == 1 ? "once" : states + " times together with what followed from it")
              + ". Nothing of it was taken: the drive is as it was at number "
              + before.head().number()
              + ".");
    }
  }

  private Known counting(SignedRoot tip, SignedRoot counts, Root root) {
    return new Known(
        tip.generation(),
        tip.number(),
        tip.hash(),
        Optional.of(root),
        new Head(drive.object(), counts.number(), counts.hash()),
        account.generation());
  }

  /** What the server has, and what of it counts. */
  private Optional<Known> judge() throws IOException {
    Optional<Named> named = named(Set.of());
    known = judge(Set.of(), named);
    judgedBy = named;
    return known;
  }

  /**
   * What the server has, and what of it counts.
   *
   * @param leaving devices of which nothing counts any more that is not as it should be
   * @param named what the account's chain says of the drive
   */
  private Optional<Known> judge(Set<DeviceId> leaving, Optional<Named> named) throws IOException {
    loadFloor();
    Optional<Messages.RootGot> got = remote.root(Messages.NEWEST);
    if (got.isEmpty()) {
      requireAtLeast(-1, named);
      return Optional.empty();
    }
    SignedRoot tip = decode(got.get());
    requireAtLeast(tip.number(), named);
    if (known.isPresent()
        && known.get().hash().equals(tip.hash())
        && known.get().judged() == account.generation()
        && judgedBy.equals(named)) {
      return known;
    }
    try {
      open(tip);
    } catch (Untrusted e) {
      if (!leaving.contains(tip.device()) && !account.wasRemoved(tip.device())) {
        throw e;
      }
    }
    // Only now, as the chain may have become longer by these questions.
    int generation = account.generation();
    Descent descent = new Descent(tip, generation, named.map(Named::head));
    if (floor.isPresent()) {
      descent.mustPass(
          floor.get().newest(),
          floor.get().isNamedAlone() ? new NotAsOnceNamed() : new RootForked());
    }
    if (named.isPresent()) {
      RootFloor.Point point = RootFloor.Point.of(named.get().head());
      if (tip.generation() != generation
          || !floor.map(RootFloor::anchor).equals(Optional.of(point))) {
        descent.mustPass(point, new NotAsNamed(named.get().by()));
      }
    }
    Optional<SignedRoot> counts = descent.go();
    if (counts.isEmpty()) {
      return Optional.of(
          new Known(
              tip.generation(),
              tip.number(),
              tip.hash(),
              Optional.empty(),
              Head.none(drive.object()),
              generation));
    }
    if (floor.isEmpty() || floor.get().newest().number() <= counts.get().number()) {
      remember(counts.get(), named);
    }
    return Optional.of(counting(tip, counts.get(), opened(counts.get())));
  }

  /** The furthest that the drive has come by the word of a device that stays. */
  private Optional<Named> named(Set<DeviceId> leaving) throws IOException {
    return account.heads(drive.object()).entrySet().stream()
        .filter(said -> !leaving.contains(said.getKey()))
        .map(said -> new Named(said.getKey(), said.getValue()))
        .max(
            Comparator.comparingLong((Named said) -> said.head().number())
                .thenComparing(said -> said.by().toString()));
  }

  /** No smaller number counts. */
  private long leastNumber(Optional<Named> named) {
    return Math.max(
        named.map(said -> said.head().number()).orElse(-1L),
        floor.map(seen -> seen.newest().number()).orElse(-1L));
  }

  private void requireAtLeast(long number, Optional<Named> named) throws Untrusted {
    if (floor.isPresent() && number < floor.get().newest().number()) {
      throw floor.get().isNamedAlone() ? new NotAsOnceNamed() : new RootRolledBack();
    }
    if (named.isPresent() && number < named.get().head().number()) {
      throw new NotAsNamed(named.get().by());
    }
  }

  private void remember(SignedRoot signed, Optional<Named> named) throws IOException {
    List<SignedRoot> seen = new ArrayList<>(floor.map(RootFloor::seen).orElse(List.of()));
    Digest hash = signed.hash();
    if (seen.isEmpty() || !seen.getLast().hash().equals(hash)) {
      seen.add(signed);
    }
    RootFloor risen =
        new RootFloor(
            signed.generation(),
            new RootFloor.Point(signed.number(), hash),
            RootFloor.Point.of(named.map(Named::head).orElse(Head.none(drive.object()))),
            seen);
    risen.store(state);
    floor = Optional.of(risen);
  }

  private void loadFloor() throws IOException {
    if (!floorLoaded) {
      floor = RootFloor.load(state);
      floorLoaded = true;
    }
  }

  /** The way back from the newest root through its ancestors, which each names by its hash. */
  private final class Descent {
    private final SignedRoot tip;
    private final int generation;
    private final Optional<Head> named;
    private final SortedMap<Long, List<Passed>> points = new TreeMap<>();

    /** A root that the way must lead through, and what to say if it does not. */
    private record Passed(Digest hash, Untrusted otherwise) {}

    /**
     * @param named the newest root that the account's chain names
     */
    Descent(SignedRoot tip, int generation, Optional<Head> named) {
      this.tip = tip;
      this.generation = generation;
      this.named = named;
    }

    /** The way must lead through a root. */
    void mustPass(RootFloor.Point point, Untrusted otherwise) {
      if (point.number() >= 0) {
        points
            .computeIfAbsent(point.number(), number -> new ArrayList<>())
            .add(new Passed(point.hash(), otherwise));
      }
    }

    /**
     * Goes down to the lowest root that must be passed, and as far as it takes to find one that is
     * vouched for: with it come all before it.
     *
     * @return the newest root that counts with all of them before it; none if that is none
     * @throws Untrusted if one that must be passed is not there
     */
    Optional<SignedRoot> go() throws IOException {
      long lowest = points.isEmpty() ? Long.MAX_VALUE : points.firstKey();
      Deque<SignedRoot> fetched = new ArrayDeque<>();
      Optional<SignedRoot> good = Optional.empty();
      boolean vouched = false;
      SignedRoot at = tip;
      while (true) {
        pass(at.number(), at.hash());
        if (!vouched) {
          vouched = isVouchedFor(at);
          if (!vouched && !isByOneWhoStays(at)) {
            good = Optional.empty();
          } else if (good.isEmpty()) {
            good = Optional.of(at);
          }
        }
        if (vouched && at.number() - 1 <= lowest) {
          // The lowest is named already and need not be seen.
          pass(at.number() - 1, at.previous());
          return good;
        }
        if (at.number() == 0) {
          return good;
        }
        if (fetched.isEmpty()) {
          fetched.addAll(ancestors(at.number() - 1, vouched ? lowest + 1 : 0));
        }
        SignedRoot next = fetched.removeFirst();
        // Its successor names it by its hash, so a signature of its own would prove nothing more.
        if (!next.hash().equals(at.previous())) {
          throw new RootForked();
        }
        at = next;
      }
    }

    /**
     * Whether a root counts whoever has written it, and all before it. If the chain says nothing of
     * the drive, there is the server's word alone.
     */
    private boolean isVouchedFor(SignedRoot root) throws IOException {
      if (named.isPresent() && root.number() <= named.get().number()) {
        return true;
      }
      return (root.generation() == generation || named.isEmpty()) && isSound(root);
    }

    private void pass(long number, Digest hash) throws Untrusted {
      for (Passed point : points.getOrDefault(number, List.of())) {
        if (!point.hash().equals(hash)) {
          throw point.otherwise();
        }
      }
    }

    /** Some ancestors from a number down, at least one. */
    private List<SignedRoot> ancestors(long high, long lowest) throws IOException {
      long low = Math.min(high, Math.max(lowest, high - ANCESTORS_AT_ONCE + 1));
      List<SignedRoot> ancestors = new ArrayList<>();
      for (Optional<Messages.RootGot> got : remote.roots(high, low)) {
        ancestors.add(decode(got.orElseThrow(RootForked::new)));
      }
      return ancestors;
    }

    /** Whether a device has written it as it should that is the account's still. */
    private boolean isByOneWhoStays(SignedRoot signed) throws IOException {
      return isSigned(signed, generation) && isSound(signed);
    }
  }

  private static SignedRoot decode(Messages.RootGot got) throws RootNotSigned {
    try {
      SignedRoot signed = SignedRoot.decode(got.root());
      if (signed.number() != got.number()) {
        throw new RootNotSigned();
      }
      return signed;
    } catch (Malformed e) {
      throw new RootNotSigned();
    }
  }

  private boolean isSound(SignedRoot signed) throws IOException {
    try {
      open(signed);
      return true;
    } catch (Untrusted e) {
      return false;
    }
  }

  /**
   * Opens a root that a device of the account has written.
   *
   * @throws Untrusted if none has, or not as it should
   */
  private Root open(SignedRoot signed) throws IOException {
    if (!isSigned(signed, signed.generation())) {
      throw new RootNotSigned();
    }
    Root root = opened(signed);
    if (!account.isInChain(root.chain())) {
      throw new ChainForked();
    }
    return root;
  }

  /** Whether a device has signed a root that the account had in a generation. */
  private boolean isSigned(SignedRoot signed, int generation) throws IOException {
    return account.verify(
        signed.device(),
        generation,
        SignedRoot.SIGNATURE_LABEL,
        signed.signed(drive),
        signed.signature());
  }

  private Root opened(SignedRoot signed) throws DataNotAuthentic {
    try {
      return signed.open(drive, keys);
    } catch (NotAuthentic | Malformed e) {
      throw new DataNotAuthentic();
    }
  }
}
