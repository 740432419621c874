package org.anonymouscloud.vault.client.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.PastState;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.FinalFailure;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.members.Members;
import org.anonymouscloud.vault.client.remote.DriveGone;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.remote.Untrusted.NotAsOnceNamed;
import org.anonymouscloud.vault.client.remote.Untrusted.NothingNamed;
import org.anonymouscloud.vault.client.remote.Untrusted.RootForked;
import org.anonymouscloud.vault.client.remote.Untrusted.RootRolledBack;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterByRemovedDevice;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterRolledBack;
import org.anonymouscloud.vault.client.store.Judge.Named;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMessages;
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

  /** Other devices that may be quicker before this one gives up. */
  private static final int RACES = 5;

  private static final int ORIGINS_LOOKED_AT = 100;

  private final AccountSession account;
  private final DriveId drive;
  private final Members members;
  private final RemoteVault remote;
  private final RootReader reader;
  private final Judge judge;
  private final StateStore state;
  private final Clock clock;

  // Guarded by this, and held while the server is asked: an answer that is overtaken by a later one
  // must not look like a step back.
  private Optional<KnownRoot> known = Optional.empty();
  private Optional<RootFloor> floor = Optional.empty();
  private Optional<Named> judgedBy = Optional.empty();
  private boolean floorLoaded;
  private final List<String> notes = new ArrayList<>();

  public Roots(
      AccountSession account, DriveId drive, Members members, RemoteVault remote, Clock clock) {
    this.account = account;
    this.drive = drive;
    this.members = members;
    this.remote = remote;
    this.reader = new RootReader(account, drive, members, remote);
    this.judge = new Judge(account, drive);
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
  public synchronized Optional<KnownRoot> newest() throws IOException {
    Optional<KnownRoot> newest = judge();
    for (int race = 0; members.allows(Right.WRITE); race++) {
      try {
        if (!members.isStale() && !isToBeFollowed(newest)) {
          return newest;
        }
        boolean done =
            members.isStale()
                ? members.renew(headOf(newest))
                : move(newest, newest.orElseThrow().trees(), List.of(), true);
        if (race > RACES || (!done && race == RACES)) {
          throw new IOException("Other devices change the drive all the time; try again.");
        }
      } catch (ServerRefused e) {
        // It is known what counts, and the next write says it as well.
        LOG.warn("The first root of a generation was refused: {}", e.code());
        return newest;
      }
      newest = judge();
    }
    return newest;
  }

  /**
   * As {@link #newest}, after the server has refused a root because another device had been faster.
   *
   * @param onto what that root was made upon
   * @param tries how often it was refused before
   * @throws IOException if there is still no other root after some tries: a server that lies would
   *     have them go on for ever
   */
  public Optional<KnownRoot> newerThan(Optional<KnownRoot> onto, int tries) throws IOException {
    Optional<KnownRoot> newest = newest();
    if (tries >= RACES
        && newest.map(KnownRoot::number).equals(onto.map(KnownRoot::number))
        && newest.map(KnownRoot::basis).equals(onto.map(KnownRoot::basis))) {
      throw new IOException(
          "The server refuses a change of the drive as if another device had been faster, and shows"
              + " no other change. Try again; if it stays so, ask the server's owner.");
    }
    return newest;
  }

  private boolean isToBeFollowed(Optional<KnownRoot> newest) {
    return newest.isPresent()
        && (newest.get().tip().generation() != members.generation()
            || newest.get().counting() < newest.get().number());
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
    Optional<Named> named = judge.named(Set.of());
    try {
      return Optional.of(headOf(judged(leaving, named)));
    } catch (ServerRefused e) {
      // A server without a vault has no drive. Whoever has seen one is not told so.
      if (e.code() == ErrorCode.UNKNOWN_METHOD && leastNumber(named) < 0) {
        return Optional.of(Head.none(drive.object()));
      }
      throw e;
    } catch (NothingNamed e) {
      return Optional.empty();
    } catch (IOException e) {
      if (isOfTheWay(e)) {
        throw e;
      }
      if (leaving.isEmpty() || !isFinal(e)) {
        return seenHead();
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

  /** What hangs on the way to the server alone, and on nothing that a member or the server says. */
  private static boolean isOfTheWay(IOException e) {
    return e instanceof InterruptedIOException || (e instanceof FinalFailure && !isFinal(e));
  }

  /** What must not be used, of the drive or of its members' accounts, and stays so. */
  private static boolean isFinal(IOException e) {
    return e instanceof FinalFailure failure && failure.isFinal();
  }

  /** What was only named counts as if it had been seen, until a person says otherwise. */
  private void keepInMind(Head named) throws IOException {
    known = Optional.empty();
    keep(RootFloor.of(named));
  }

  private Optional<Head> headWithout(Set<DeviceId> leaving) throws IOException {
    Optional<KnownRoot> rest;
    try {
      rest = judged(leaving, judge.named(leaving));
    } catch (IOException e) {
      if (isOfTheWay(e)) {
        throw e;
      }
      return seenHead();
    }
    note(
        "A device that was removed had said that the drive was further than the server shows it, or"
            + " another. Its word counts no more: compare what you find with what you know.");
    return Optional.of(headOf(rest));
  }

  private Head headOf(Optional<KnownRoot> judged) {
    return judged.flatMap(KnownRoot::counts).map(this::headOf).orElse(Head.none(drive.object()));
  }

  private Head headOf(SignedRoot signed) {
    return new Head(drive.object(), signed.number(), signed.hash());
  }

  /** The newest root that this device has seen, if nobody was removed since. */
  private Optional<Head> seenHead() {
    return floor
        .filter(seen -> seen.generation() == members.generation() && seen.newest().number() >= 0)
        .map(seen -> new Head(drive.object(), seen.newest().number(), seen.newest().hash()));
  }

  /** How far the drive has come, as the server shows it. */
  public synchronized Head counts() throws IOException {
    return headOf(newest());
  }

  /**
   * How far the drive has come where its newest root, keys or list of members cannot be used, for
   * an owner, who takes out whoever is to blame: no more is left out than that.
   */
  public synchronized Head countsWithoutNewest() throws IOException {
    loadFloor();
    return headOf(
        judge.leftUsable(members, reader.withoutNewestKeys(), judge.named(Set.of()), floor));
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
   * Whether what the server shows is older than what this device knows of, or nothing that anybody
   * vouches for, so that a person has to decide. Changes nothing.
   *
   * @throws Untrusted if it must not be used whatever a person says
   */
  public synchronized Optional<Divergence> divergence() throws IOException {
    loadFloor();
    Optional<Named> named = judge.named(Set.of());
    try {
      var _ = judge.judge(members, reader, Set.of(), named, floor, false, Optional.empty());
      return Optional.empty();
    } catch (ServerRefused e) {
      if (e.code() == ErrorCode.UNKNOWN_METHOD && leastNumber(named) < 0) {
        return Optional.empty();
      }
      throw e;
    } catch (RootRolledBack
        | RootForked
        | NotAsOnceNamed
        | NothingNamed
        | RosterRolledBack
        | RosterByRemovedDevice
        | DriveGone e) {
      return Optional.of(new Divergence("", lost(), acceptable(named).map(this::pastState)));
    }
  }

  private List<PastState> lost() throws IOException {
    List<PastState> lost = new ArrayList<>();
    if (floor.isPresent() && floor.get().isNamedAlone()) {
      RootFloor.Point named = floor.get().newest();
      if (!reader.at(named.number()).map(SignedRoot::hash).equals(Optional.of(named.hash()))) {
        Head head = new Head(drive.object(), named.number(), named.hash());
        lost.add(new PastState(head, Optional.empty(), Optional.empty()));
      }
    }
    for (SignedRoot seen : floor.map(RootFloor::seen).orElse(List.of()).reversed()) {
      if (reader.at(seen.number()).map(SignedRoot::hash).equals(Optional.of(seen.hash()))) {
        break;
      }
      Optional<Instant> time = timeOf(seen);
      lost.addFirst(new PastState(headOf(seen), time, Optional.of(seen.device())));
    }
    return lost;
  }

  /** None if the generation of its keys has gone with the state that the server lost. */
  private Optional<Instant> timeOf(SignedRoot seen) {
    try {
      return Optional.of(reader.opened(seen).time());
    } catch (DataNotAuthentic e) {
      return Optional.empty();
    }
  }

  /** What would count if this device had seen nothing, and a person trusted the server. */
  private Optional<KnownRoot> acceptable(Optional<Named> named) throws IOException {
    Members blank = members.blank();
    RootReader anew = new RootReader(account, drive, blank, remote);
    try {
      return judge
          .judge(blank, anew, Set.of(), named, Optional.empty(), true, Optional.empty())
          .filter(known -> known.root().isPresent());
    } catch (DriveGone e) {
      return Optional.empty();
    }
  }

  private PastState pastState(KnownRoot known) {
    SignedRoot counts = known.counts().orElseThrow();
    return new PastState(
        headOf(counts), known.root().map(Root::time), Optional.of(counts.device()));
  }

  /**
   * Forgets what was seen, and takes what the server has at a person's word.
   *
   * @param agreed what the person was shown
   * @throws Untrusted if it is no state that the account's chain allows; then nothing is forgotten
   * @throws IOException if the server shows something else by now
   */
  public synchronized void restart(Divergence agreed) throws IOException {
    loadFloor();
    Optional<Named> named = judge.named(Set.of());
    Optional<KnownRoot> accepted = acceptable(named);
    if (!accepted.map(this::pastState).equals(agreed.instead())) {
      throw new IOException(
          "Nothing was done: the server has another state of the drive by now than what was"
              + " shown.");
    }
    known = Optional.empty();
    members.restart();
    try {
      boolean _ = members.refresh();
    } catch (DriveGone e) {
      // That is what the person has agreed to.
    }
    if (members.needsVoucher()) {
      members.vouched();
    }
    if (accepted.isPresent()) {
      remember(accepted.get().counts().orElseThrow(), named, List.of());
    } else {
      keep(RootFloor.ofNothing());
    }
  }

  /**
   * Some of the states that the drive has been in, the newest first.
   *
   * @param from the highest number of interest
   * @param limit how many at most
   */
  public synchronized List<History.State> states(long from, int limit) throws IOException {
    Optional<KnownRoot> newest = newest();
    return newest.isEmpty() ? List.of() : history(newest.get()).states(from, limit);
  }

  /**
   * The states that the drive has been in and that are still whole.
   *
   * @param newest as this has given it
   * @param kept what its hidden tree says of earlier states
   */
  public States states(KnownRoot newest, KeptStates kept) {
    return new States(reader, newest.tip(), newest.counts(), kept);
  }

  /**
   * The first root that had the tree that counts: those that begin a generation take it up. Bounded
   * in what it looks at.
   */
  public synchronized Optional<Root> origin() throws IOException {
    Optional<Root> origin = known.flatMap(KnownRoot::root);
    if (origin.isEmpty()) {
      return origin;
    }
    for (History.State state :
        history(known.get()).states(origin.get().number(), ORIGINS_LOOKED_AT)) {
      if (state.root().isPresent() && state.root().get().trees().equals(origin.get().trees())) {
        origin = state.root();
      }
    }
    return origin;
  }

  private History history(KnownRoot now) {
    return new History(reader, now.tip(), now.counting());
  }

  /** The newest root that was seen since this was made, without asking the server. */
  public synchronized Optional<KnownRoot> known() {
    return known;
  }

  /** As the other one, where nothing is dropped. */
  public boolean move(Optional<KnownRoot> before, Trees trees, List<PackName> live, boolean frees)
      throws IOException {
    return move(before, trees, live, List.of(), frees);
  }

  /**
   * Makes a new root the newest.
   *
   * @param before the root it follows; none for the drive's first
   * @param trees what the drive is to be
   * @param live packs that it needs and the root before did not
   * @param dropped packs that a root has named and that none needs any more
   * @param frees whether it only deletes, or ends what removed devices may write: for that there is
   *     space beyond the quota
   * @return false if it is to be asked for the newest root first: another device has moved it, or
   *     devices were removed meanwhile
   */
  public synchronized boolean move(
      Optional<KnownRoot> before,
      Trees trees,
      List<PackName> live,
      List<PackName> dropped,
      boolean frees)
      throws IOException {
    if (before.isPresent() && !before.get().basis().equals(judge.basis(members))) {
      return false;
    }
    if (isToBeFollowed(before) && !trees.equals(before.get().trees())) {
      // What counted is said by a root of its own, whatever is to come after it.
      boolean _ = move(before, before.get().trees(), List.of(), true);
      return false;
    }
    long number = before.map(KnownRoot::number).orElse(-1L) + 1;
    Root root =
        new Root(
            drive,
            number,
            account.account(),
            account.device(),
            clock.instant(),
            trees,
            members.head(),
            account.chainHead(),
            skip(before));
    loadFloor();
    Digest previous = before.map(known -> known.tip().hash()).orElse(RootHeader.NOTHING);
    SignedRoot signed = SignedRoot.seal(root, previous, members.keys(), account::sign);
    byte[] encoded = signed.encode();
    if (!remote.move(number, encoded, live, dropped, frees) && !isThere(number, encoded)) {
      return false;
    }
    if (before.isPresent()) {
      noteWhatIsLeftOut(before.get());
    }
    remember(signed, judge.named(Set.of()), seen());
    known =
        Optional.of(
            new KnownRoot(signed, Optional.of(signed), Optional.of(root), judge.basis(members)));
    return true;
  }

  /** What the next root names besides the one before it. */
  private Digest skip(Optional<KnownRoot> before) throws IOException {
    if (before.isEmpty()) {
      return RootHeader.NOTHING;
    }
    SignedRoot tip = before.get().tip();
    long skipped = Root.skipped(tip.number() + 1);
    if (skipped == tip.number()) {
      return tip.hash();
    }
    try {
      return reader.ancestor(tip, skipped).orElse(RootHeader.NOTHING);
    } catch (Untrusted e) {
      // A thief's root names what there is not; whoever reads goes down one by one.
      return RootHeader.NOTHING;
    }
  }

  /** Whether an attempt that seemed cut off has arrived. */
  private boolean isThere(long number, byte[] encoded) throws IOException {
    Optional<VaultMessages.RootGot> got = remote.root(number);
    return got.isPresent() && Arrays.equals(got.get().root(), encoded);
  }

  private void noteWhatIsLeftOut(KnownRoot before) {
    long states = before.number() - before.counting();
    if (states > 0) {
      note(
          "A device that was removed has written to the drive all the same, "
              + (states == 1 ? "once" : states + " times together with what followed from it")
              + ". Nothing of it was taken: the drive is as it was at number "
              + before.counting()
              + ". 'anoncloud history' shows what was left out; if it was no thief's, 'anoncloud"
              + " go-back --left-out "
              + before.number()
              + "' brings it back, as long as states stay.");
    }
  }

  /** What the server has, and what of it counts. */
  private Optional<KnownRoot> judge() throws IOException {
    loadFloor();
    Optional<Named> named = judge.named(Set.of());
    known = judged(Set.of(), named);
    judgedBy = named;
    return known;
  }

  /** The same, and it is remembered before it is given to anybody. */
  private Optional<KnownRoot> judged(Set<DeviceId> leaving, Optional<Named> named)
      throws IOException {
    Optional<KnownRoot> already = judgedBy.equals(named) ? known : Optional.empty();
    Optional<KnownRoot> judged =
        judge.judge(members, reader, leaving, named, floor, false, already);
    if (judged.isPresent()) {
      noteWhatWasSeenAndLeftOut(judged.get());
    }
    Optional<SignedRoot> counts = judged.flatMap(KnownRoot::counts);
    if (counts.isPresent()
        && (floor.isEmpty() || floor.get().newest().number() <= counts.get().number())) {
      remember(counts.get(), named, seen());
    }
    return judged;
  }

  /** Other devices decide what counts after a removal; this one may have seen, or written, more. */
  private void noteWhatWasSeenAndLeftOut(KnownRoot now) throws IOException {
    if (floor.isEmpty()
        || floor.get().isNamedAlone()
        || floor.get().newest().number() < 0
        || now.counts().isEmpty()
        || now.counts().get().generation() == floor.get().generation()) {
      return;
    }
    long seen = floor.get().newest().number();
    for (History.State state : history(now).states(seen, 1)) {
      if (state.signed().number() == seen && !state.counts()) {
        note(
            "When devices were removed, the drive went on from before number "
                + seen
                + ", which this device has seen. If nothing of that was a thief's, 'anoncloud"
                + " go-back --left-out "
                + seen
                + "' brings it back.");
      }
    }
  }

  /** No smaller number counts. */
  private long leastNumber(Optional<Named> named) {
    return Math.max(
        named.map(said -> said.head().number()).orElse(-1L),
        floor.map(seen -> seen.newest().number()).orElse(-1L));
  }

  private List<SignedRoot> seen() {
    return floor.map(RootFloor::seen).orElse(List.of());
  }

  /**
   * @param before the roots that this device has seen before, the oldest first
   */
  private void remember(SignedRoot signed, Optional<Named> named, List<SignedRoot> before)
      throws IOException {
    List<SignedRoot> seen = new ArrayList<>(before);
    Digest hash = signed.hash();
    if (seen.isEmpty() || !seen.getLast().hash().equals(hash)) {
      seen.add(signed);
    }
    boolean newer = floor.isEmpty() || floor.get().newest().number() < signed.number();
    keep(
        new RootFloor(
            signed.generation(),
            new RootFloor.Point(signed.number(), hash),
            RootFloor.Point.of(named.map(Named::head).orElse(Head.none(drive.object()))),
            seen));
    if (newer) {
      publish(signed.number());
    }
  }

  /** Whoever follows the agent is told; the drive does not depend on it. */
  private void publish(long number) {
    try {
      long _ =
          account
              .events()
              .publish(
                  "changed",
                  JsonNodeFactory.instance
                      .objectNode()
                      .put("drive", drive.toString())
                      .put("number", number));
    } catch (IOException e) {
      LOG.warn("A change of the drive was not published: {}", e.getMessage());
    }
  }

  private void keep(RootFloor risen) throws IOException {
    risen.store(state, drive);
    floor = Optional.of(risen);
  }

  private void loadFloor() throws IOException {
    if (!floorLoaded) {
      floor = RootFloor.load(state, drive);
      floorLoaded = true;
    }
  }
}
