package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.plugin.AccountSession;
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
import org.anonymouscloud.vault.client.store.Untrusted.RootForked;
import org.anonymouscloud.vault.client.store.Untrusted.RootNotSigned;
import org.anonymouscloud.vault.client.store.Untrusted.RootRolledBack;
import org.anonymouscloud.vault.protocol.Messages;
import org.anonymouscloud.vault.protocol.PackName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The roots of a drive. A root counts only if a device of the account has signed it and if it is,
 * or follows from, the newest one this device has seen and the newest one that the account's chain
 * names (A22, A23). One of an older generation than the chain's counts only if the chain names it
 * (A16): its first reader puts one of the newest generation after it. Before a root is given to
 * anybody, it is remembered durably as the newest. Thread-safe.
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
  private Optional<Head> judgedBy = Optional.empty();
  private boolean floorLoaded;
  private final List<String> notes = new ArrayList<>();

  /**
   * The newest root that the server has.
   *
   * @param generation of its keys
   * @param hash by which the next one names it
   * @param top of the tree that counts: the root's own, unless a device wrote it that was removed
   * @param head the newest root that counts
   * @param judged the newest generation when this was found out
   */
  public record Known(int generation, Root root, Digest hash, Pages top, Head head, int judged) {}

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
    for (int race = 0; isOfOlderGeneration(newest); race++) {
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

  private boolean isOfOlderGeneration(Optional<Known> newest) {
    return newest.isPresent() && newest.get().generation() < account.generation();
  }

  /**
   * How far the drive has come, for a link of the account's chain. Only reads. If what the server
   * shows must not be used, this is how far it is known to have come: no server keeps a device in
   * the account by showing a false drive.
   *
   * @throws Untrusted if nothing is known of the drive
   */
  public synchronized Head head() throws IOException {
    try {
      return judge().map(Known::head).orElse(Head.none(drive.object()));
    } catch (ServerRefused e) {
      // A server without a vault has no drive. Whoever has seen one is not told so.
      if (e.code() == ErrorCode.UNKNOWN_METHOD && leastNumber(anchor()) < 0) {
        return Head.none(drive.object());
      }
      throw e;
    } catch (Untrusted e) {
      return lastKnown().orElseThrow(() -> e);
    }
  }

  private Optional<Head> lastKnown() throws IOException {
    Optional<Head> anchor = anchor();
    if (floor.isPresent()
        && floor.get().generation() == account.generation()
        && floor.get().newest().number() > anchor.map(Head::number).orElse(-1L)) {
      RootFloor.Point seen = floor.get().newest();
      return Optional.of(new Head(drive.object(), seen.number(), seen.hash()));
    }
    return anchor;
  }

  /** What the person should know of what has happened since this was last asked. */
  public synchronized List<String> takeNotes() {
    List<String> taken = List.copyOf(notes);
    notes.clear();
    return taken;
  }

  /** The last roots that this device has seen and the server no longer has, the oldest first. */
  public synchronized List<Root> lost() throws IOException {
    loadFloor();
    List<Root> lost = new ArrayList<>();
    for (SignedRoot seen : floor.map(RootFloor::seen).orElse(List.of()).reversed()) {
      Optional<Messages.RootGot> got = remote.root(seen.number());
      if (got.isPresent() && Arrays.equals(got.get().root(), seen.encode())) {
        break;
      }
      lost.addFirst(opened(seen));
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
    ChainFloor chain = account.chainHead();
    Root root =
        before
            .map(
                last ->
                    last.root().next(last.hash(), account.device(), clock.instant(), top, chain))
            .orElseGet(() -> Root.first(drive, account.device(), clock.instant(), top, chain));
    loadFloor();
    SignedRoot signed = SignedRoot.seal(root, keys, account::sign);
    byte[] encoded = signed.encode();
    if (!remote.move(root.number(), encoded, live, frees) && !isThere(root.number(), encoded)) {
      return false;
    }
    if (before.isPresent()) {
      noteWhatIsLeftOut(before.get());
    }
    remember(signed, anchor());
    known = Optional.of(counting(signed, root));
    return true;
  }

  /** Whether an attempt that seemed cut off has arrived. */
  private boolean isThere(long number, byte[] encoded) throws IOException {
    Optional<Messages.RootGot> got = remote.root(number);
    return got.isPresent() && Arrays.equals(got.get().root(), encoded);
  }

  private void noteWhatIsLeftOut(Known before) {
    long states = before.root().number() - before.head().number();
    if (states > 0) {
      String note =
          "A device that was removed has written to the drive all the same, "
              + (states == 1 ? "once" : states + " times together with what followed from it")
              + ". Nothing of it was taken: the drive is as it was at number "
              + before.head().number()
              + ".";
      LOG.warn("{}", note);
      notes.add(note);
    }
  }

  private Known counting(SignedRoot signed, Root root) {
    Digest hash = signed.hash();
    return new Known(
        signed.generation(),
        root,
        hash,
        root.top(),
        new Head(drive.object(), root.number(), hash),
        account.generation());
  }

  /** What the server has, and what of it counts. */
  private Optional<Known> judge() throws IOException {
    loadFloor();
    Optional<Messages.RootGot> got = remote.root(Messages.NEWEST);
    if (got.isEmpty()) {
      if (leastNumber(anchor()) >= 0) {
        throw new RootRolledBack();
      }
      return Optional.empty();
    }
    SignedRoot tip = decode(got.get());
    if (floor.isPresent()
        && (tip.number() < floor.get().newest().number()
            || tip.generation() < floor.get().generation())) {
      throw new RootRolledBack();
    }
    if (known.isPresent()
        && known.get().hash().equals(tip.hash())
        && known.get().judged() == account.generation()
        && judgedBy.equals(anchor())) {
      return known;
    }
    Root root = open(tip);
    if (!account.isInChain(root.chain())) {
      throw new ChainForked();
    }
    // Only now, as the chain may have become longer by these questions.
    Optional<Head> anchor = anchor();
    if (tip.number() < leastNumber(anchor)) {
      throw new RootRolledBack();
    }
    Known judged = judge(tip, root, anchor);
    known = Optional.of(judged);
    judgedBy = anchor;
    return known;
  }

  private Known judge(SignedRoot tip, Root root, Optional<Head> anchor) throws IOException {
    int generation = account.generation();
    Descent descent = new Descent(tip, root);
    if (floor.isPresent()) {
      descent.mustPass(floor.get().newest());
    }
    Optional<RootFloor.Point> named =
        anchor.map(head -> new RootFloor.Point(head.number(), head.hash()));
    boolean old = tip.generation() < generation;
    if (named.isPresent()
        && (old || (named.get().number() >= 0 && !named.equals(floor.map(RootFloor::anchor))))) {
      descent.mustPass(named.get());
    }
    if (!old || named.isEmpty()) {
      descent.go(ancestor -> true);
      remember(tip, anchor);
      return counting(tip, root);
    }
    long last = named.get().number();
    Optional<SignedRoot> good =
        descent.go(ancestor -> ancestor.number() <= last || isByOneWhoStays(ancestor, generation));
    if (good.isPresent()) {
      rememberNewer(good.get(), anchor);
      Root counts = good.get() == tip ? root : opened(good.get());
      Head head = new Head(drive.object(), counts.number(), good.get().hash());
      return new Known(tip.generation(), root, tip.hash(), counts.top(), head, generation);
    }
    return new Known(
        tip.generation(), root, tip.hash(), Pages.NONE, Head.none(drive.object()), generation);
  }

  /** Whether a device has signed a root that is the account's still. */
  private boolean isByOneWhoStays(SignedRoot signed, int generation) throws IOException {
    return isSigned(signed, signed.generation()) && isSigned(signed, generation);
  }

  private Optional<Head> anchor() throws IOException {
    return account.head(drive.object());
  }

  /** No smaller number counts. */
  private long leastNumber(Optional<Head> anchor) {
    return Math.max(
        anchor.map(Head::number).orElse(-1L),
        floor.map(seen -> seen.newest().number()).orElse(-1L));
  }

  private void remember(SignedRoot signed, Optional<Head> anchor) throws IOException {
    List<SignedRoot> seen = new ArrayList<>(floor.map(RootFloor::seen).orElse(List.of()));
    Digest hash = signed.hash();
    if (seen.isEmpty() || !seen.getLast().hash().equals(hash)) {
      seen.add(signed);
    }
    Head named = anchor.orElse(Head.none(drive.object()));
    RootFloor risen =
        new RootFloor(
            signed.generation(),
            new RootFloor.Point(signed.number(), hash),
            new RootFloor.Point(named.number(), named.hash()),
            seen);
    risen.store(state);
    floor = Optional.of(risen);
  }

  private void rememberNewer(SignedRoot signed, Optional<Head> anchor) throws IOException {
    if (floor.isEmpty() || floor.get().newest().number() < signed.number()) {
      remember(signed, anchor);
    }
  }

  private void loadFloor() throws IOException {
    if (!floorLoaded) {
      floor = RootFloor.load(state);
      floorLoaded = true;
    }
  }

  /** The way back from a root through its ancestors, which each names by its hash. */
  private final class Descent {
    private final SignedRoot tip;
    private final Root root;
    private final SortedMap<Long, Digest> points = new TreeMap<>();

    Descent(SignedRoot tip, Root root) {
      this.tip = tip;
      this.root = root;
    }

    /** The way must lead through a root, or end before the first. */
    void mustPass(RootFloor.Point point) throws RootForked {
      Digest other = points.put(point.number(), point.hash());
      if (other != null && !other.equals(point.hash())) {
        throw new RootForked();
      }
    }

    /** Whether a root counts, as far as it goes for itself. */
    @FunctionalInterface
    interface Judge {
      boolean counts(SignedRoot root) throws IOException;
    }

    /**
     * Goes down to the lowest root that must be passed.
     *
     * @return the newest root that counts with all of them before it; none if that is none
     */
    Optional<SignedRoot> go(Judge judge) throws IOException {
      long lowest = points.isEmpty() ? tip.number() : points.firstKey();
      Deque<SignedRoot> fetched = new ArrayDeque<>();
      Optional<SignedRoot> good = Optional.empty();
      SignedRoot at = tip;
      Root opened = root;
      while (true) {
        pass(at.number(), at.hash());
        if (good.isEmpty()) {
          good = Optional.of(at);
        }
        if (!judge.counts(at)) {
          good = Optional.empty();
        }
        if (at.number() == Math.max(lowest, 0)) {
          return good;
        }
        if (at.number() == lowest + 1 && good.isPresent()) {
          // It is named already and need not be seen.
          pass(lowest, opened.previous());
          return good;
        }
        if (fetched.isEmpty()) {
          fetched.addAll(ancestors(at.number() - 1, lowest + 1));
        }
        at = fetched.removeFirst();
        // Its successor names it by its hash, so a signature of its own would prove nothing more.
        if (!at.hash().equals(opened.previous())) {
          throw new RootForked();
        }
        opened = opened(at);
      }
    }

    private void pass(long number, Digest hash) throws RootForked {
      if (!points.getOrDefault(number, hash).equals(hash)) {
        throw new RootForked();
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

  private Root open(SignedRoot signed) throws IOException {
    if (!isSigned(signed, signed.generation())) {
      throw new RootNotSigned();
    }
    return opened(signed);
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
