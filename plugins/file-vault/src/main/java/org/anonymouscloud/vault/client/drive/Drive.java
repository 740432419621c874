package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.KnownAccount;
import org.anonymouscloud.core.plugin.RetryPolicy;
import org.anonymouscloud.vault.client.content.FileWriter;
import org.anonymouscloud.vault.client.content.Sealer;
import org.anonymouscloud.vault.client.drive.StateRefused.Reason;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.Sealing;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.members.Home;
import org.anonymouscloud.vault.client.members.Members;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataUnreadable;
import org.anonymouscloud.vault.client.remote.Untrusted.KeysNotGiven;
import org.anonymouscloud.vault.client.remote.Untrusted.NewestNotSound;
import org.anonymouscloud.vault.client.remote.Untrusted.NewestUnusable;
import org.anonymouscloud.vault.client.remote.Untrusted.NothingNamed;
import org.anonymouscloud.vault.client.remote.Untrusted.RootNotSigned;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterByRemovedDevice;
import org.anonymouscloud.vault.client.remote.Untrusted.StatesUnreadable;
import org.anonymouscloud.vault.client.resume.Journal;
import org.anonymouscloud.vault.client.space.Breakdown;
import org.anonymouscloud.vault.client.space.SpaceParts;
import org.anonymouscloud.vault.client.space.SpaceStuck;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.client.space.Verification;
import org.anonymouscloud.vault.client.store.AsOf;
import org.anonymouscloud.vault.client.store.History;
import org.anonymouscloud.vault.client.store.KnownRoot;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.store.Roots;
import org.anonymouscloud.vault.client.store.States;
import org.anonymouscloud.vault.client.store.TransferMemory;
import org.anonymouscloud.vault.client.tree.Changes;
import org.anonymouscloud.vault.client.tree.ConflictName;
import org.anonymouscloud.vault.client.tree.Folders;
import org.anonymouscloud.vault.client.tree.Merge;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.TreeDiff;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * The encrypted drive of an account. Whatever the server does, what is read is what the account's
 * devices have written, or an {@link org.anonymouscloud.vault.client.remote.Untrusted} is thrown
 * and nothing of it is given out. Thread-safe.
 */
public final class Drive implements AutoCloseable {
  /** Who asks and who answers may have clocks that differ so much. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  /** Other devices that may be quicker before this one gives up. */
  private static final int RACES = 5;

  private final AccountSession account;
  private final DriveId id;
  private final Optional<Name> firstName;
  private final Members members;
  private final Sealer sealer;
  private final RemoteVault remote;
  private final Roots roots;
  private final Nodes nodes;
  private final Reading reading;
  private final Writing writing;

  /** Held while a batch of this process becomes a root, so that they do not race each other. */
  private final ReentrantLock commits = new ReentrantLock();

  /**
   * One of the drives of an account, which must have been made. Asks nobody yet.
   *
   * @param memory that all of them share
   */
  public static Drive of(AccountSession account, DriveId id, Clock clock, TransferMemory memory) {
    return new Drive(account, id, Optional.empty(), clock, new RetryPolicy(), Pace.USUAL, memory);
  }

  /** The same with memory of its own. */
  public static Drive of(AccountSession account, DriveId id, Clock clock) {
    return of(account, id, clock, new TransferMemory(account::scratch));
  }

  /**
   * @param patience how long to repeat what was cut off
   * @param pace how often a long batch becomes a root
   */
  public static Drive of(
      AccountSession account, DriveId id, Clock clock, RetryPolicy patience, Pace pace) {
    return new Drive(
        account, id, Optional.empty(), clock, patience, pace, new TransferMemory(account::scratch));
  }

  /**
   * The home of an account, which its first change makes. Asks nobody yet.
   *
   * @param memory that all drives of the account share
   */
  public static Drive home(AccountSession account, Clock clock, TransferMemory memory) {
    return new Drive(
        account,
        Home.id(account),
        Optional.of(Home.NAME),
        clock,
        new RetryPolicy(),
        Pace.USUAL,
        memory);
  }

  /** The same with memory of its own. */
  public static Drive home(AccountSession account, Clock clock) {
    return home(account, clock, new TransferMemory(account::scratch));
  }

  /**
   * @param patience how long to repeat what was cut off
   * @param pace how often a long batch becomes a root
   */
  public static Drive home(AccountSession account, Clock clock, RetryPolicy patience, Pace pace) {
    DriveId id = Home.id(account);
    return new Drive(
        account,
        id,
        Optional.of(Home.NAME),
        clock,
        patience,
        pace,
        new TransferMemory(account::scratch));
  }

  /**
   * @param firstName what the drive is called if the first change has to make it
   */
  private Drive(
      AccountSession account,
      DriveId id,
      Optional<Name> firstName,
      Clock clock,
      RetryPolicy patience,
      Pace pace,
      TransferMemory memory) {
    this.account = account;
    this.firstName = firstName;
    this.id = id;
    this.remote = new RemoteVault(account.link(), id, patience);
    this.members = new Members(account, id, remote, clock);
    Sealing sealing = new Sealing(members.keys());
    this.sealer = new Sealer(sealing, memory.buffers());
    this.roots = new Roots(account, id, members, remote, clock);
    PackReader packs = new PackReader(remote, memory.blocks());
    this.nodes = new Nodes(id, sealing, packs);
    this.reading = new Reading(id, nodes, sealing, packs, memory);
    this.writing =
        new Writing(
            account,
            clock,
            pace,
            sealer,
            roots,
            remote,
            memory.lanes(),
            new Journal(account.records(), id, clock),
            commits);
  }

  /**
   * The drive as it is now.
   *
   * @throws org.anonymouscloud.vault.client.remote.Untrusted if the server shows something else
   *     than the newest state that it can have
   */
  public Snapshot snapshot() throws IOException {
    Optional<KnownRoot> newest = roots.newest();
    if (newest.isPresent() && newest.get().root().isPresent()) {
      Root root = newest.get().root().get();
      try {
        nodes.requireOpen(ItemId.top(id), root.top());
      } catch (DataUnreadable e) {
        throw e;
      } catch (Untrusted e) {
        Root origin = roots.origin().orElse(root);
        throw new NewestUnusable(origin.number(), origin.device(), e);
      }
    }
    return new Snapshot(reading, newest);
  }

  /**
   * The earlier states of the drive that are whole.
   *
   * @return none if nothing was ever written to it
   * @throws StatesUnreadable if the newest state does not say as it should which they are
   */
  public Optional<States> states() throws IOException {
    Optional<KnownRoot> newest = roots.newest();
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(roots.states(newest.get(), new Snapshot(reading, newest).kept()));
    } catch (Untrusted e) {
      throw new StatesUnreadable(e);
    }
  }

  /** The same, if need be as if all were whole: whoever names one by its number finds out. */
  private Optional<States> anyStates() throws IOException {
    try {
      return states();
    } catch (StatesUnreadable e) {
      return roots.known().map(newest -> roots.states(newest, KeptStates.ALL));
    }
  }

  /** The drive as it was in a state. */
  public Snapshot snapshot(States.State state) {
    return new Snapshot(reading, state);
  }

  /**
   * The drive as it was.
   *
   * @throws StateRefused if that state was never there, or is not whole any more
   */
  public Snapshot snapshot(AsOf asOf) throws IOException {
    return switch (asOf) {
      case AsOf.Time(Instant time) -> {
        Optional<States> states = states();
        if (states.isPresent()) {
          requireKnown(time, states.get());
        }
        Optional<States.State> state = states.isEmpty() ? Optional.empty() : states.get().at(time);
        if (state.isEmpty()) {
          throw new StateRefused(time, states.isEmpty() ? Optional.empty() : states.get().oldest());
        }
        yield snapshot(state.get());
      }
      case AsOf.Number(long number) -> {
        Optional<States> states = anyStates();
        Optional<States.State> state =
            states.isEmpty() ? Optional.empty() : states.get().at(number);
        if (state.isEmpty()) {
          throw whyNot(number);
        }
        yield snapshot(state.get());
      }
    };
  }

  /** A time to come would show what is there now, as if that were what will be. */
  private void requireKnown(Instant time, States states) throws IOException {
    Optional<Instant> newest = states.newest().map(States.State::since);
    if (newest.isPresent()
        && time.isAfter(newest.get())
        && time.isAfter(writing.clock().instant().plus(CLOCKS_DIFFER))) {
      throw StateRefused.toCome(time, newest.get());
    }
  }

  /**
   * What is different in the tree of a state.
   *
   * @param before the state to compare it with; none for the empty drive
   */
  public TreeDiff difference(Optional<Root> before, Root after) throws IOException {
    return new TreeDiff(
        nodes, ItemId.top(id), before.map(Root::top).orElse(Pages.NONE), after.top());
  }

  /** Whether states are whole, by their number; all are if the newest does not say it. */
  public LongPredicate whole() throws IOException {
    return whole(roots.newest());
  }

  private LongPredicate whole(Optional<KnownRoot> newest) throws IOException {
    long counting = newest.map(KnownRoot::counting).orElse(-1L);
    try {
      KeptStates kept = new Snapshot(reading, newest).kept();
      return number -> number == counting || kept.has(number);
    } catch (Untrusted e) {
      // A damaged newest state is what people go back from.
      return _ -> true;
    }
  }

  /** Why there is no state of a number. */
  private StateRefused whyNot(long number) throws IOException {
    List<History.State> found = roots.states(number, 1);
    if (found.isEmpty() || found.getFirst().signed().number() != number) {
      return new StateRefused(Reason.NOT_FOUND, number);
    }
    if (!found.getFirst().counts()) {
      return new StateRefused(Reason.LEFT_OUT, number, !whole(roots.known()).test(number));
    }
    return new StateRefused(
        found.getFirst().root().isPresent() ? Reason.GIVEN_BACK : Reason.DOES_NOT_OPEN, number);
  }

  /**
   * The states that the drive has been in, the newest first.
   *
   * @param from the highest number of interest
   * @param limit how many at most
   */
  public List<History.State> history(long from, int limit) throws IOException {
    return roots.states(from, limit);
  }

  /** See {@link Nodes#digests}. */
  public List<Digest> digests(Entry.File file) throws IOException {
    return nodes.digests(file);
  }

  /** Whether the topmost folder of a state opens. */
  public boolean opens(History.State state) throws IOException {
    if (state.root().isEmpty()) {
      return false;
    }
    try {
      nodes.requireOpen(ItemId.top(id), state.root().get().top());
      return true;
    } catch (Untrusted e) {
      return false;
    }
  }

  /**
   * A way back that was gone.
   *
   * @param made the root that has the tree of the earlier state
   * @param before the number of the state that it was gone back from
   */
  public record WentBack(Root made, long before) {}

  /**
   * Makes the tree of an earlier state the newest one again. Nothing is lost: the states between
   * stay, and can be gone back to as well, as long as states stay.
   *
   * @param number of the state
   * @param leftOut whether it may be one that was left out when devices were removed
   * @param givenBack whether it may be one whose space was given back, by the word of the newest
   *     state, which may be a thief's; then the word of that state counts again on which are whole
   * @throws StateRefused if there is no such state, or it does not open, or was left out or given
   *     back
   * @throws NotAllowed if this account may only read the drive
   */
  public WentBack goBack(long number, boolean leftOut, boolean givenBack) throws IOException {
    boolean isThere = members.refresh();
    if (isThere) {
      requireRight(Right.WRITE);
    }
    commits.lock();
    try {
      for (int race = 0; race < RACES; race++) {
        History.State state =
            roots.states(number, 1).stream()
                .filter(found -> found.signed().number() == number)
                .findFirst()
                .orElseThrow(() -> new StateRefused(Reason.NOT_FOUND, number));
        Optional<KnownRoot> newest = roots.known();
        boolean whole = whole(newest).test(number);
        if (!whole && !givenBack) {
          throw new StateRefused(Reason.GIVEN_BACK, number, !state.counts());
        }
        if (!opens(state)) {
          throw new StateRefused(Reason.DOES_NOT_OPEN, number);
        }
        if (!state.counts() && !leftOut) {
          throw new StateRefused(Reason.LEFT_OUT, number, !whole);
        }
        if (goBack(newest, state.root().orElseThrow(), whole)) {
          return new WentBack(
              roots.known().flatMap(KnownRoot::root).orElseThrow(),
              newest.map(KnownRoot::counting).orElse(-1L));
        }
      }
      throw new IOException("Other devices change the drive all the time; try again.");
    } finally {
      commits.unlock();
    }
  }

  /**
   * @param keeps whether the newest word on which states are whole stays, as that is not what it
   *     was then
   */
  private boolean goBack(Optional<KnownRoot> newest, Root back, boolean keeps) throws IOException {
    long number = newest.map(known -> known.number() + 1).orElse(0L);
    try (PackWriter writer = writing.newWriter()) {
      // Deletes nothing and needs next to no space, so that a full account can go back as well.
      writer.setFrees(true);
      Trees trees =
          keeps
              ? keeping(new Snapshot(reading, newest), back.trees(), number, writer)
              : back.trees();
      writer.flush();
      List<PackName> live = writer.takeSent();
      try {
        boolean moved = roots.move(newest, trees, live, true);
        if (moved) {
          writer.named(live);
        }
        return moved;
      } finally {
        writing.leftovers().giveBack(writer.unnamed(), List.of());
      }
    }
  }

  /** The trees of an earlier state with what the newest says of the states that are whole. */
  private Trees keeping(Snapshot now, Trees back, long number, PackWriter writer)
      throws IOException {
    Optional<Entry> file;
    try {
      file = now.keptFile();
    } catch (Untrusted e) {
      return back;
    }
    if (!(file.orElse(null) instanceof Entry.File newest)) {
      return back;
    }
    Changes changes = new Changes();
    VaultPath place = new VaultPath(List.of(KeptStates.NAME));
    try {
      Optional<Entry> then =
          new Folders(nodes).find(ItemId.aside(id), back.aside(), KeptStates.NAME);
      changes.putAside(place, newest, then);
      return merge(back, number, writer).apply(changes);
    } catch (Untrusted e) {
      // The hidden tree of then cannot be read: nothing of it is lost by taking a new one.
      changes.putAside(place, newest, Optional.empty());
      return merge(new Trees(back.top(), Pages.NONE), number, writer).apply(changes);
    }
  }

  private Merge merge(Trees onto, long number, PackWriter writer) {
    Instant time = writing.clock().instant();
    ConflictName none =
        new ConflictName(account.device(), LocalDate.ofInstant(time, ZoneOffset.UTC));
    return new Merge(nodes, id, onto, writer, number, none, time);
  }

  /**
   * Begins to change the drive. The caller closes the batch.
   *
   * @throws NotAllowed if this account may only read it
   */
  public Batch batch() throws IOException {
    return batch(Right.WRITE);
  }

  private Batch batch(Right needed) throws IOException {
    Snapshot now = snapshot();
    if (members.list().isEmpty() && firstName.isPresent()) {
      // Another device may be quicker, and then the drive is that one's.
      boolean _ = members.create(firstName.get());
      now = snapshot();
    }
    requireRight(needed);
    return new Batch(reading, writing, now);
  }

  private void requireRight(Right needed) throws IOException {
    if (!members.allows(needed)) {
      throw new NotAllowed(needed);
    }
  }

  public DriveId id() {
    return id;
  }

  /** What the members call it; none if it is not there yet. */
  public Optional<Name> name() {
    return members.name();
  }

  /** As {@link Members#isOwn}, by the members that are known. */
  public boolean isOwn() {
    return members.isOwn();
  }

  /** The members as they are now; none if the drive is not there yet. */
  public Optional<Roster> members() throws IOException {
    boolean _ = members.refresh();
    return members.list();
  }

  /** Makes the drive. */
  public void create(Name name) throws IOException {
    if (!members.create(name)) {
      throw new IOException("The server has another drive of this number already; try again.");
    }
  }

  /**
   * Takes somebody in, or gives a member another right.
   *
   * @throws NotAllowed if this account does not own the drive
   */
  public void share(KnownAccount with, Right right) throws IOException {
    change(Right.OWN, counts -> members.share(counts, with, right));
  }

  /** As {@link Members#keysApart}. */
  public int keysApart() {
    return members.keysApart();
  }

  /**
   * Takes a member out: what is written from then on it cannot read.
   *
   * @throws NotAllowed if this account does not own the drive
   */
  public void unshare(AccountId gone) throws IOException {
    change(Right.OWN, counts -> members.unshare(counts, gone));
    beginWithNewKeys();
  }

  /**
   * Makes new keys for the members that there are. Also where the newest ones were not given to
   * this account, or a removed device has made the newest list of members: then the drive goes on
   * from the newest state that can be used, with the members of the newest list that can.
   *
   * @throws NotAllowed if this account does not own the drive
   */
  public void renew() throws IOException {
    change(Right.OWN, members::renew);
    beginWithNewKeys();
  }

  /**
   * The first root with the new keys, so that nothing of the old ones counts beyond this, even if
   * who is gone has left a state that does not open.
   */
  private void beginWithNewKeys() throws IOException {
    var _ = roots.newest();
  }

  /** Gives the drive another name. */
  public void rename(Name other) throws IOException {
    change(Right.OWN, counts -> members.rename(counts, other));
  }

  /**
   * Lets the drive take so much at most.
   *
   * @param limit bytes; {@link Long#MAX_VALUE} for no limit of its own
   */
  public void limit(long limit) throws IOException {
    change(Right.OWN, counts -> members.pay(counts, payer(), limit));
  }

  /** This account pays for the drive from now on. */
  public void takeOver() throws IOException {
    change(Right.OWN, counts -> members.pay(counts, account.account(), limit()));
  }

  /** Whether this account pays for the drive; so it does for one that is not there yet. */
  public boolean isPaid() {
    return members.list().isEmpty() || payer().equals(account.account());
  }

  private AccountId payer() {
    return members.list().orElseThrow().payer();
  }

  private long limit() {
    return members.list().orElseThrow().limit();
  }

  /** The members as persons know them. */
  public List<Members.Person> people() throws IOException {
    try {
      boolean _ = members.refresh();
    } catch (KeysNotGiven e) {
      // Who the members are is known all the same, and who is to be taken out.
    }
    return members.people();
  }

  /** Takes this account out. */
  public void leave() throws IOException {
    change(Right.READ, members::leave);
  }

  /** Deletes the drive, of which this account is the only member, with all that is in it. */
  public void delete() throws IOException {
    remote.delete();
  }

  /** Changes the list of members, as the drive stands at that moment. */
  @FunctionalInterface
  private interface ListChange {
    boolean make(Head counts) throws IOException;
  }

  /**
   * A member who has made keys that open for nobody, or a newest state that cannot be used, must
   * not keep an owner from taking it out; nor a removed device, by a list that it has made.
   */
  private Head countsForOwner() throws IOException {
    try {
      return roots.counts();
    } catch (KeysNotGiven | NewestNotSound | RootNotSigned | RosterByRemovedDevice e) {
      if (members.list().isEmpty()) {
        throw e;
      }
      try {
        return roots.countsWithoutNewest();
      } catch (NothingNamed nobody) {
        Roster list = members.standing().orElseThrow(() -> nobody);
        return new Head(id.object(), list.root(), list.rootHash());
      }
    }
  }

  private void change(Right needed, ListChange change) throws IOException {
    commits.lock();
    try {
      for (int race = 0; race < RACES; race++) {
        Head counts = needed == Right.OWN ? countsForOwner() : roots.counts();
        requireRight(needed);
        if (members.needsVoucher()) {
          boolean _ = members.restate(counts);
        } else if (change.make(counts)) {
          return;
        }
      }
      throw new IOException("Other members change the drive all the time; try again.");
    } finally {
      commits.unlock();
    }
  }

  /**
   * How far the drive has come, for a link of the account's chain. Reads only.
   *
   * @param leaving the devices that the link removes
   * @return none if this device cannot say it
   */
  public Optional<Head> head(Set<DeviceId> leaving) throws IOException {
    return roots.head(leaving);
  }

  /**
   * Makes the newest root one of the newest generation, so that no older one counts any more.
   *
   * @return what the person should know: what was left out
   */
  public List<String> beginGeneration() throws IOException {
    roots.newest();
    return roots.takeNotes();
  }

  /** How far the drive has come. */
  public Head counts() throws IOException {
    return roots.counts();
  }

  /** Whether what the server has is not what this device knows of, so that a person decides. */
  public Optional<Divergence> divergence() throws IOException {
    return roots.divergence();
  }

  /** How far the drive has come, for who has only the server's word for it; none if it is empty. */
  public Optional<Root> newestChange() throws IOException {
    return roots.newest().flatMap(KnownRoot::root);
  }

  /** Goes on from what the server has, as a person has agreed to. */
  public void acceptRestored(Divergence agreed) throws IOException {
    roots.restart(agreed);
  }

  /**
   * How long states stay, and which are whole.
   *
   * @throws Untrusted if the drive does not say it as it should
   */
  public KeptStates kept() throws IOException {
    return snapshot().kept();
  }

  /**
   * Says how long states stay.
   *
   * @param days for so many every state, 0 to {@link KeptStates#MAX_DAYS}
   * @param weeks for so many the last of each week, 0 to {@link KeptStates#MAX_WEEKS}
   * @throws NotAllowed if this account does not own the drive
   */
  public KeptStates retain(int days, int weeks) throws IOException {
    try (Batch first = batch(Right.OWN)) {
      // Makes the drive if it is not there yet.
      first.commit();
    }
    for (int race = 0; race < RACES; race++) {
      Optional<KnownRoot> newest = roots.newest();
      Snapshot now = new Snapshot(reading, newest);
      KeptStates before = now.kept();
      KeptStates after =
          new KeptStates(before.swept(), days, weeks, before.from(), before.earlier());
      if (after.equals(before) || Sweep.say(parts(), newest, now.keptFile(), after)) {
        return after;
      }
    }
    throw new IOException("Other devices change the drive all the time; try again.");
  }

  /**
   * Gives back to the server what no state of the drive needs that is to stay: one step of it.
   *
   * @param step passed all the time; what it throws ends the work, of which nothing is lost
   * @throws NotAllowed if this account may only read the drive
   * @throws SpaceStuck if something cannot be read that may be needed
   */
  public Sweep.Done sweep(Sweep.Wish wish, FileWriter.Checkpoint step) throws IOException {
    if (roots.newest().isEmpty()) {
      return Sweep.Done.NOTHING;
    }
    requireRight(Right.WRITE);
    return new Sweep(parts(), () -> basis(wish.giveUpUnreadable()), wish, step).run();
  }

  /**
   * Looks whether all is there that the drive consists of.
   *
   * @param given only what is at this path or below it, in the newest state; all, and the trash, if
   *     it is the top
   * @param states whether the earlier states that stay are looked at, too
   * @throws PathRefused if there is nothing at the path
   */
  public Verification.Found verify(VaultPath given, boolean states, Verification verification)
      throws IOException {
    Snapshot now = snapshot();
    if (members.list().isEmpty()) {
      return Verification.NOTHING;
    }
    VaultPath path = now.named(given);
    if (!path.isTop()) {
      Entry entry = now.entry(path);
      verification.entry(path, entry);
      return verification.end();
    }
    if (now.root().isPresent()) {
      verification.state(Optional.empty(), now.root().get().trees());
    }
    Optional<States> earlier = states ? states() : Optional.empty();
    if (earlier.isPresent()) {
      var _ = earlier.get().older();
      for (Optional<States.State> state = earlier.get().older();
          state.isPresent();
          state = earlier.get().older()) {
        verification.state(Optional.of(state.get().number()), state.get().root().trees());
      }
    }
    return verification.end();
  }

  /**
   * What the drive takes, and for what.
   *
   * @param step passed all the time; what it throws ends the work
   */
  public Breakdown.Found breakdown(FileWriter.Checkpoint step) throws IOException {
    Optional<States> states = states();
    if (states.isEmpty()) {
      return Breakdown.NOTHING;
    }
    Breakdown breakdown = new Breakdown(parts(), step);
    Optional<States.State> state = states.get().older();
    if (state.isPresent()) {
      breakdown.newest(state.get().root().trees());
      state = states.get().older();
    }
    while (state.isPresent()) {
      breakdown.earlier(state.get().root().trees());
      state = states.get().older();
    }
    return breakdown.end();
  }

  /**
   * What looks whether all is there, see {@link #verify}.
   *
   * @param full whether the content of files is opened, too
   */
  public Verification verification(boolean full, FileWriter.Checkpoint step) {
    // What was read before and is remembered says nothing of what the server has.
    PackReader packs = new PackReader(remote);
    Nodes anew = new Nodes(id, reading.sealing(), packs);
    return new Verification(parts(anew, packs), full, step);
  }

  private Optional<Sweep.Basis> basis(boolean giveUp) throws IOException {
    Optional<KnownRoot> newest = roots.newest();
    if (newest.isEmpty() || newest.get().root().isEmpty()) {
      return Optional.empty();
    }
    Snapshot now = new Snapshot(reading, newest);
    KeptStates kept = kept(now, newest.get(), giveUp);
    return Optional.of(
        new Sweep.Basis(
            newest.get(), kept, now.keptFile(), () -> roots.states(newest.get(), kept)));
  }

  private static KeptStates kept(Snapshot now, KnownRoot newest, boolean giveUp)
      throws IOException {
    try {
      return now.kept();
    } catch (Untrusted e) {
      SpaceStuck stuck = SpaceStuck.states(e);
      if (!giveUp || stuck.isForNow()) {
        throw stuck;
      }
      return new KeptStates(
          Instant.EPOCH,
          KeptStates.DEFAULT_DAYS,
          KeptStates.DEFAULT_WEEKS,
          newest.counting(),
          List.of());
    }
  }

  private SpaceParts parts() {
    return parts(nodes, reading.packs());
  }

  private SpaceParts parts(Nodes pages, PackReader packs) {
    return new SpaceParts(
        id,
        account.device(),
        pages,
        reading.sealing(),
        packs,
        sealer,
        remote,
        roots,
        writing::newWriter,
        writing.leftovers(),
        commits,
        writing.clock());
  }

  /** The space that the account uses. */
  public VaultMessages.Usage usage() throws IOException {
    return remote.usage();
  }

  /** Deletes what this device has noted of uploads, as the drive is not used here any more. */
  public void forgetUploads() {
    writing.journal().forgetAll();
  }

  /** Forgets the keys. Nothing may be read or written any more. */
  @Override
  public void close() {
    sealer.close();
    members.close();
  }
}
