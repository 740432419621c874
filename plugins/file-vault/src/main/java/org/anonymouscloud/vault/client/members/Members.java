package org.anonymouscloud.vault.client.members;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.KnownAccount;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.format.DriveKeys;
import org.anonymouscloud.vault.client.format.KeyRing;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.remote.DriveGone;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.remote.Untrusted.KeysNotGiven;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterByRemovedDevice;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterNotSound;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterRolledBack;
import org.anonymouscloud.vault.client.remote.Untrusted.SharedByStranger;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.RosterHead;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jspecify.annotations.Nullable;

/**
 * The members of one drive, and its keys, as far as this device believes the lists that the server
 * shows (A6, A16, A22, A23, A33): each follows from the one before, a device of its maker's account
 * has signed it, and the newest is not older than one that was seen. Thread-safe.
 */
public final class Members implements AutoCloseable {
  /** Bytes in the longest name of a drive. */
  public static final int LONGEST_NAME = SignedRoster.LONGEST_NAME;

  /** Lists that may come before one that takes somebody in; with the next one it goes on. */
  private static final int MOST_JOINED = 64;

  /** What ends the keys that were there. */
  private enum Keys {
    STAY,
    NEW
  }

  /** Lists of so many bytes are in memory at a time whatever else is. */
  private static final long SHORT = 1 << 20;

  /**
   * Held by who has more of them: a server may show as many of each drive as a drive may have, and
   * all of that at once would be more than an agent has memory for.
   */
  private static final ReentrantLock LONG = new ReentrantLock();

  private final AccountSession account;
  private final DriveId drive;
  private final RemoteVault remote;
  private final Clock clock;
  private final Accounts accounts;
  private final RosterMemory memory;
  private final LastSeen last;
  private final KeyRing keys = new KeyRing(this::generation, this::secret);
  // Guarded by this, and held while the server is asked.
  private final RosterChain rosters = new RosterChain();
  private final DriveSecrets secrets;
  private Optional<Name> name = Optional.empty();

  /** Whether the newest was made by a device that is none of its account any more. */
  private boolean byRemoved;

  /**
   * The newest list of a device that was still one of its account, or that had been seen before.
   */
  private @Nullable Roster telling;

  /** The newest list of a device that stays; none if there is none. */
  private @Nullable Roster standing;

  /**
   * @param remote of this drive
   */
  public Members(AccountSession account, DriveId drive, RemoteVault remote, Clock clock) {
    this(
        account,
        drive,
        remote,
        clock,
        new RosterMemory(account.state(), drive),
        LastSeen.of(account.state(), drive));
  }

  private Members(
      AccountSession account,
      DriveId drive,
      RemoteVault remote,
      Clock clock,
      RosterMemory memory,
      LastSeen last) {
    this.account = account;
    this.drive = drive;
    this.remote = remote;
    this.clock = clock;
    this.accounts = new Accounts(account, clock);
    this.memory = memory;
    this.last = last;
    this.secrets = new DriveSecrets(account, drive, remote);
  }

  /** The same drive to one who has seen nothing of it, and keeps nothing in mind. */
  public Members blank() {
    return new Members(account, drive, remote, clock, RosterMemory.blank(), LastSeen.blank(drive));
  }

  /** Forgets what was seen, and the keys, which may be others; the next that is shown counts. */
  public synchronized void restart() throws IOException {
    rosters.clear();
    telling = null;
    standing = null;
    secrets.close();
    keys.forget();
    memory.forget();
  }

  /**
   * Asks the server once more for the newest list that is known.
   *
   * @throws RosterRolledBack if it has another one, as a server has that was restored
   */
  public synchronized void requireShown() throws IOException {
    if (rosters.isEmpty()) {
      return;
    }
    List<byte[]> shown =
        rosters(rosters.size() - 1L).map(VaultMessages.RosterGot::rosters).orElse(List.of());
    if (shown.isEmpty() || !Digest.sha256(shown.getFirst()).equals(head().hash())) {
      throw new RosterRolledBack();
    }
  }

  /** The drive's keys, of all generations that this account has. */
  public KeyRing keys() {
    return keys;
  }

  /** The newest list that is believed; none if there is no drive yet. */
  public synchronized Optional<Roster> list() {
    return rosters.last().map(SignedRoster::list);
  }

  /** The drive's name; none if there is no drive yet. */
  public synchronized Optional<Name> name() {
    return name;
  }

  /** The newest list, as roots name it. There must be one. */
  public synchronized RosterHead head() {
    return newest().head();
  }

  private SignedRoster newest() {
    return rosters.newest();
  }

  /** The newest generation of the drive's keys; -1 if there is no drive yet. */
  public synchronized int generation() {
    return rosters.generation();
  }

  private synchronized Optional<Secret> secret(int generation) {
    return secrets.of(generation);
  }

  /**
   * A member as a person knows it.
   *
   * @param name by which it is one of the contacts; none if it is not, or is this account
   * @param isOwn whether it is this account
   */
  public record Person(Member member, Optional<UserName> name, boolean isOwn) {}

  /** The members; whom the server has to show is asked for. */
  public synchronized List<Person> people() throws IOException {
    List<Person> people = new ArrayList<>();
    for (Member member : list().map(Roster::members).orElse(List.of())) {
      boolean isOwn = accounts.isOwn(member.account());
      Optional<UserName> known = isOwn ? Optional.empty() : accounts.of(member).name();
      people.add(new Person(member, known, isOwn));
    }
    last.ownedBy(
        people.stream()
            .filter(person -> person.member().right() == Right.OWN)
            .flatMap(person -> person.name().stream())
            .map(UserName::text)
            .collect(Collectors.joining(", ")));
    return people;
  }

  /** Whether this account has made the drive and owns it: nobody else has brought it here. */
  public synchronized boolean isOwn() {
    return rosters.isMadeBy(account.account()) && allows(Right.OWN);
  }

  /** Whether this account may do something. */
  public synchronized boolean allows(Right needed) {
    return list().filter(now -> now.allows(account.account(), needed)).isPresent();
  }

  /**
   * Asks the server for the lists that are newer than those that are known.
   *
   * @return whether there is a drive; only the home may be missing, until somebody makes it
   * @throws DriveGone if the server has another one not, or not for this account
   * @throws org.anonymouscloud.vault.client.remote.Untrusted if what the server shows must not be
   *     used; then all is as it was
   */
  public synchronized boolean refresh() throws IOException {
    try {
      return goOnFrom(newer());
    } finally {
      endLong();
    }
  }

  private boolean goOnFrom(List<SignedRoster> newer) throws IOException {
    if (newer.isEmpty()) {
      if (rosters.isEmpty() && memory.seen().isPresent()) {
        throw new RosterRolledBack();
      }
      return !rosters.isEmpty();
    }
    Believed believed = believe(newer);
    newer.forEach(rosters::add);
    byRemoved = believed.byRemoved;
    telling = believed.telling;
    standing = believed.standing;
    openKeys();
    if (!byRemoved) {
      memory.remember(head());
    }
    return true;
  }

  /** As {@link #refresh}, if there is a list that is not known yet. */
  public synchronized boolean refresh(long number) throws IOException {
    if (rosters.size() <= number) {
      return refresh();
    }
    requireKeys();
    return true;
  }

  /** Lists each of which follows from the one before; {@link #endLong} when they are done with. */
  private List<SignedRoster> newer() throws IOException {
    List<SignedRoster> newer = new ArrayList<>();
    long sum = rosters.bytes();
    long begun = sum;
    SignedRoster before = rosters.last().orElse(null);
    boolean more = true;
    while (more) {
      Optional<VaultMessages.RosterGot> got = rosters(rosters.size() + newer.size());
      if (got.isEmpty()) {
        return List.of();
      }
      for (byte[] whole : got.get().rosters()) {
        sum += whole.length;
        if (sum > VaultMessages.MAX_ROSTER_BYTES) {
          throw new RosterNotSound();
        }
        try {
          SignedRoster roster = SignedRoster.decode(whole);
          RosterChain.requireFollowing(drive, before, roster);
          newer.add(roster);
          before = roster;
        } catch (Malformed e) {
          throw new RosterNotSound();
        }
      }
      more = got.get().more() && !got.get().rosters().isEmpty();
      if (more && sum - begun > SHORT) {
        beginLong();
      }
    }
    return newer;
  }

  private static void beginLong() throws InterruptedIOException {
    try {
      LONG.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The request was interrupted.");
    }
  }

  private static void endLong() {
    while (LONG.isHeldByCurrentThread()) {
      LONG.unlock();
    }
  }

  private Optional<VaultMessages.RosterGot> rosters(long from) throws IOException {
    Optional<VaultMessages.RosterGot> got = remote.rosters(from);
    if (got.isEmpty() && !drive.equals(Home.id(account))) {
      throw last.gone(clock.instant());
    }
    return got;
  }

  /**
   * What to go on from.
   *
   * @param byRemoved whether the newest list needs somebody to vouch for it
   */
  private record Believed(boolean byRemoved, @Nullable Roster telling, @Nullable Roster standing) {}

  /** Whether to go on from new lists, the first of which follows the newest that is known. */
  private Believed believe(List<SignedRoster> newer) throws IOException {
    long known = requireSeen(newer);
    SignedRoster before = rosters.last().orElse(null);
    int vouched = known >= 0 ? -1 : brought(newer);
    for (int i = 0; i < newer.size(); i++) {
      SignedRoster roster = newer.get(i);
      if (roster.list().number() > known && i >= vouched) {
        requireSigned(roster, before);
      }
      before = roster;
    }
    Roster last = newer.getLast().list();
    if (last.member(account.account()).isEmpty()) {
      throw new RosterNotSound();
    }
    List<Roster> sayers = sayers(newer);
    Roster staying = null;
    Roster tells = null;
    for (int i = newer.size() - 1; i >= 0 && tells == null; i--) {
      Roster list = newer.get(i).list();
      SignedRoster previous = i > 0 ? newer.get(i - 1) : rosters.last().orElse(null);
      boolean isNew = list.number() > known && i >= vouched;
      if (isByOneWhoStays(list, previous, isNew)) {
        staying = staying == null ? list : staying;
        tells = tells(list, sayers.get(i)) ? list : null;
      }
    }
    // A removed device that has taken the others out has let nobody in, and yet has not made us
    // alone.
    boolean alone = isOwnAlone(last) && (staying == null || isOwnAlone(staying));
    return new Believed(
        last.number() > known && !alone && !isMakerThere(last),
        tells == null ? telling : tells,
        staying == null ? standing : staying);
  }

  /**
   * Whether the device that made a list is still one of its account, which may have left by it.
   *
   * @param isNew whether another account is looked at, too: of what this device has seen, or others
   *     vouch for, it need not be there any more
   */
  private boolean isByOneWhoStays(Roster list, @Nullable SignedRoster before, boolean isNew)
      throws IOException {
    if (accounts.isOwn(list.maker())) {
      return !account.wasRemoved(list.device());
    }
    Optional<Member> maker = maker(list, before);
    return !isNew || (maker.isPresent() && accounts.hasStill(maker.get(), list.device()));
  }

  /** For each of some lists the first that has said what it says of how far the drive has come. */
  private List<Roster> sayers(List<SignedRoster> newer) {
    List<Roster> sayers = new ArrayList<>();
    Roster sayer = rosters.sayer().orElse(null);
    for (SignedRoster roster : newer) {
      sayer = sayer == null || roster.list().root() > sayer.root() ? roster.list() : sayer;
      sayers.add(sayer);
    }
    return sayers;
  }

  /**
   * Whether a list says how far the drive has come, and does not only repeat, as it must, what a
   * removed device may have said: one of this account, or of another that has begun a generation
   * since, as owners go on from such a list.
   *
   * @param sayer the first list that has said it; one of a device that stays tells it itself
   */
  private boolean tells(Roster list, Roster sayer) {
    return list.number() == sayer.number()
        || !(accounts.isOwn(list.maker()) || isOtherwiseNow(list, sayer));
  }

  private static boolean isOtherwiseNow(Roster list, Roster sayer) {
    Optional<Member> was = sayer.member(sayer.maker());
    Optional<Member> is = list.member(sayer.maker());
    return was.isEmpty() || is.isEmpty() || is.get().generation() > was.get().generation();
  }

  /**
   * The newest list from which others may go on: of a device that stays, if that of the newest one
   * was removed.
   */
  public synchronized Optional<Roster> standing() {
    return byRemoved ? Optional.ofNullable(standing) : list();
  }

  /**
   * The newest list of a device that stays which says how far the drive has come: what a removed
   * one says of it is what it has written itself.
   */
  public synchronized Optional<Roster> telling() {
    return Optional.ofNullable(telling);
  }

  /** Who leaves by a list is a member in the one before it. */
  private static Optional<Member> maker(Roster list, @Nullable SignedRoster before) {
    return list.member(list.maker())
        .or(() -> Optional.ofNullable(before).flatMap(one -> one.list().member(list.maker())));
  }

  /** Then nobody else was let in, and the keys are made anew if a device made them that is gone. */
  private boolean isOwnAlone(Roster list) {
    return list.members().stream().allMatch(member -> accounts.isOwn(member.account()));
  }

  /** The number of the newest list that this device has seen; -1 if it has seen none. */
  private long requireSeen(List<SignedRoster> newer) throws IOException {
    Optional<RosterHead> seen = memory.seen();
    if (seen.isEmpty()) {
      return -1;
    }
    long number = seen.get().number();
    long place = number - rosters.size();
    Optional<Digest> hash =
        place >= 0 && place < newer.size()
            ? Optional.of(newer.get((int) place).head().hash())
            : rosters.hash(number);
    if (!hash.equals(Optional.of(seen.get().hash()))) {
      throw new RosterRolledBack();
    }
    return number;
  }

  /**
   * The place of the list with which this account came in: whoever made it vouches for all before,
   * and must be known.
   */
  private int brought(List<SignedRoster> newer) throws IOException {
    int place = newer.size() - 1;
    while (place > 0 && newer.get(place - 1).list().member(account.account()).isPresent()) {
      place--;
    }
    Roster list = newer.get(place).list();
    Optional<Member> maker = list.member(list.maker());
    if (maker.isEmpty() || !accounts.isKnown(maker.get())) {
      throw new SharedByStranger();
    }
    return place;
  }

  private void requireSigned(SignedRoster roster, @Nullable SignedRoster before)
      throws IOException {
    Roster list = roster.list();
    Optional<Member> maker = maker(list, before);
    if (maker.isEmpty()
        || !accounts.verify(
            maker.get(),
            list.device(),
            SignedRoster.SIGNATURE_LABEL,
            roster.signed(),
            roster.signature())) {
      throw new RosterNotSound();
    }
  }

  /** Who leaves a drive need not be there any more. */
  private boolean isMakerThere(Roster list) throws IOException {
    Optional<Member> maker = list.member(list.maker());
    return maker.isEmpty() || accounts.hasStill(maker.get(), list.device());
  }

  /** Takes the newest keys that are sealed to this account. */
  private void openKeys() throws IOException {
    secrets.open(rosters);
    readName();
    requireKeys();
  }

  private void readName() throws IOException {
    name = secrets.name(rosters);
    if (name.isPresent()) {
      last.called(name.get());
    }
  }

  /**
   * Keys that were not given are passed over only when the device is gone that made them. Who has
   * none at all does not go on, as to it all would be empty, and so it would leave it to the
   * others.
   */
  private void requireKeys() throws IOException {
    if (secrets.has(generation())) {
      return;
    }
    Generation latest = rosters.generation(generation());
    Optional<Member> maker = latest.member(latest.first().maker());
    boolean isThere = maker.isPresent() && accounts.hasStill(maker.get(), latest.first().device());
    if (isThere || hasNothing()) {
      throw keysNotGiven();
    }
  }

  /** Who is alone has nobody from whom to get keys, and nothing that was given to others. */
  private boolean hasNothing() {
    return secrets.isEmpty() && !isOwnAlone(newest().list());
  }

  private KeysNotGiven keysNotGiven() {
    return new KeysNotGiven(rosters.generation(generation()).first().device());
  }

  /**
   * Whether a root that counts vouches for the newest list, so that it does not matter who has left
   * since.
   *
   * @param named by that root
   * @throws RosterByRemovedDevice if it is needed and does not
   */
  public synchronized void vouchedBy(Optional<RosterHead> named) throws IOException {
    if (!byRemoved) {
      return;
    }
    if (named.isEmpty() || !named.get().equals(head())) {
      throw new RosterByRemovedDevice();
    }
    vouched();
  }

  /** A person, or a drive without anything in it, vouches for the newest list. */
  public synchronized void vouched() throws IOException {
    byRemoved = false;
    memory.remember(head());
  }

  /** Whether somebody must vouch for the newest list before anything is used. */
  public synchronized boolean needsVoucher() {
    return byRemoved;
  }

  /** Whether a list that a root names is one of those that are known. */
  public synchronized boolean knows(RosterHead named) {
    return rosters.contains(named);
  }

  /** Whether a device has signed a root that might write in the root's generation. */
  public synchronized boolean isSigned(SignedRoot root) throws IOException {
    if (root.generation() > generation()) {
      return false;
    }
    Optional<Member> writer = rosters.generation(root.generation()).writer(root.account());
    return writer.isPresent() && isBy(writer.get(), root);
  }

  private boolean isBy(Member writer, SignedRoot root) throws IOException {
    return accounts.verify(
        writer, root.device(), SignedRoot.SIGNATURE_LABEL, root.signed(drive), root.signature());
  }

  /**
   * Whether who has written a root might still write, or has only left since: leaving takes nothing
   * back, of oneself or of those who went on from there. Once somebody has begun a generation after
   * that, the list of that says how far the drive had come.
   */
  public synchronized boolean stays(SignedRoot root) throws IOException {
    return mayWrite(root.account(), root.device()) || hasLeft(root);
  }

  /**
   * In one generation nobody ceases to be a member but by leaving. The device need not be there any
   * more if it was when its account came into that generation.
   */
  private boolean hasLeft(SignedRoot root) throws IOException {
    if (newest().list().member(root.account()).isPresent()) {
      return false;
    }
    Optional<Member> left = rosters.generation(generation()).writer(root.account());
    return left.isPresent() && isBy(left.get(), root);
  }

  private boolean mayWrite(AccountId writer, DeviceId device) throws IOException {
    Optional<Member> member = newest().list().member(writer);
    return member.isPresent()
        && member.get().right().includes(Right.WRITE)
        && accounts.hasStill(member.get(), device);
  }

  /**
   * Whether who has written a root was a writer and is none any more, or his device is gone: then
   * what it has left does not stand in the way of the others.
   */
  public synchronized boolean hasGone(AccountId writer, DeviceId device) throws IOException {
    if (accounts.isOwn(writer)) {
      return account.wasRemoved(device);
    }
    boolean was = rosters.generations().stream().anyMatch(one -> one.writer(writer).isPresent());
    return was && !mayWrite(writer, device);
  }

  /**
   * Whether somebody has the newest keys who should not, so that no root is to be trusted for them.
   */
  public synchronized boolean isStale() throws IOException {
    if (rosters.isEmpty()) {
      return false;
    }
    Roster list = newest().list();
    Generation latest = rosters.generation(generation());
    if (!secrets.has(generation()) || latest.hasLost(list) || !isMakerThere(latest.first())) {
      return true;
    }
    for (Member member : list.members()) {
      if (accounts.isAhead(member)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Makes the drive, with this account as its only member.
   *
   * @return false if there is one already, to be asked for
   */
  public synchronized boolean create(Name drivesName) throws IOException {
    KnownAccount self = account.self();
    Member own = new Member(account.account(), Right.OWN, self.generation(), self.head());
    try (Secret secret = Secret.random(DriveKeys.SECRET)) {
      Roster list =
          new Roster(
              drive,
              0,
              Roster.NOTHING,
              account.account(),
              account.device(),
              clock.millis(),
              0,
              DriveKeys.commitment(secret),
              -1,
              Roster.NOTHING,
              account.account(),
              Long.MAX_VALUE,
              List.of(own));
      SignedRoster first = sealed(list, drivesName, Optional.empty(), secret);
      byte[] grant = secrets.grant(self, 0, secret);
      if (!remote.create(first.encode(), grant)) {
        return false;
      }
      adopt(first, secret.copy());
      return true;
    }
  }

  /** What the next list says. */
  private record Next(List<Member> members, AccountId payer, long limit, Name name, Keys keys) {}

  private Next next(List<Member> members, Keys kept) {
    members.sort((a, b) -> Arrays.compareUnsigned(a.account().bytes(), b.account().bytes()));
    Roster list = newest().list();
    return new Next(members, list.payer(), list.limit(), nameToSeal(), kept);
  }

  /** An owner gave it, unless none has ever sealed a name that opens. */
  private Name nameToSeal() {
    return name.orElseGet(() -> new Name(drive.toString()));
  }

  /**
   * Ends the generation of keys that is there, as somebody has them who should not.
   *
   * @param counts how far the drive has come
   * @return false if another list came first, to be asked for
   */
  public synchronized boolean renew(Head counts) throws IOException {
    return put(counts, next(anew(newest().list().members()), Keys.NEW));
  }

  /**
   * Goes on after a list that a device has made which was removed since: with the members of the
   * newest list that counts, and new keys. For an owner by both. How far the drive had come by the
   * removed device's word is repeated, as it must be; so it is nobody else's word ({@link #tells}).
   *
   * @return false if another list came first
   * @throws RosterByRemovedDevice if there is no such list
   */
  public synchronized boolean restate(Head counts) throws IOException {
    Roster last = newest().list();
    Roster base = standing;
    if (base == null
        || !base.allows(account.account(), Right.OWN)
        || !last.allows(account.account(), Right.OWN)) {
      throw new RosterByRemovedDevice();
    }
    Next next = next(anew(base.members()), Keys.NEW);
    boolean samePayer = last.payer().equals(base.payer());
    AccountId payer = samePayer ? last.payer() : account.account();
    long limit = payer.equals(account.account()) ? base.limit() : last.limit();
    return put(counts, new Next(next.members(), payer, limit, next.name(), next.keys()));
  }

  /** Members with the newest keys of their accounts. */
  private List<Member> anew(List<Member> members) throws IOException {
    List<Member> anew = new ArrayList<>();
    for (Member member : members) {
      KnownAccount now = accounts.now(member);
      anew.add(new Member(member.account(), member.right(), now.generation(), now.head()));
    }
    return anew;
  }

  /**
   * Takes somebody in, or gives a member another right.
   *
   * @return false if another list came first
   */
  public synchronized boolean share(Head counts, KnownAccount with, Right right)
      throws IOException {
    Optional<Member> there = newest().list().member(with.account());
    Member fresh = new Member(with.account(), right, with.generation(), with.head());
    List<Member> members = without(with.account());
    members.add(there.map(is -> is.with(right)).orElse(fresh));
    accounts.learn(with);
    if (!joinKeys(counts)) {
      return false;
    }
    boolean falls =
        there.isPresent()
            && there.get().right().includes(Right.WRITE)
            && !right.includes(Right.WRITE);
    return put(counts, falls ? next(anew(members), Keys.NEW) : next(members, Keys.STAY));
  }

  /**
   * To how many older keys that this account has nothing leads that who came in later can open:
   * {@link #share} brings it about little by little. 0 unless a member has made it so.
   */
  public synchronized int keysApart() {
    return secrets.cutOff(rosters).size();
  }

  /**
   * Whoever comes in now has older keys only through the newest. Where a member has sealed
   * something false in their place, this account seals them anew, each in a list of its own but for
   * the last, for which there is room in the list that follows.
   *
   * @return false if another list came first
   */
  private boolean joinKeys(Head counts) throws IOException {
    for (int lists = 0; lists < MOST_JOINED && secrets.cutOff(rosters).size() > 1; lists++) {
      if (!put(counts, next(without(), Keys.STAY))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Takes a member out; what is written from then on it cannot read.
   *
   * @return false if another list came first
   */
  public synchronized boolean unshare(Head counts, AccountId gone) throws IOException {
    return put(counts, next(anew(without(gone)), Keys.NEW));
  }

  /**
   * Takes this account out.
   *
   * @return false if another list came first
   */
  public synchronized boolean leave(Head counts) throws IOException {
    Optional<Member> own = newest().list().member(account.account());
    if (own.filter(one -> one.right().includes(Right.WRITE)).isPresent()
        && account.generation() > own.get().generation()) {
      // What leaves with this account counts; its device that was removed must not.
      throw new IOException(
          "The drive needs new keys before you leave it, as a device of yours was removed, and the"
              + " server has not taken them; try again.");
    }
    return put(counts, next(without(account.account()), Keys.STAY));
  }

  /**
   * Gives the drive another name.
   *
   * @return false if another list came first
   */
  public synchronized boolean rename(Head counts, Name other) throws IOException {
    Next next = next(without(), Keys.STAY);
    return put(counts, new Next(next.members(), next.payer(), next.limit(), other, next.keys()));
  }

  /**
   * Says who pays, and how much the drive may take at most.
   *
   * @param limit bytes; {@link Long#MAX_VALUE} for no limit of its own
   * @return false if another list came first
   */
  public synchronized boolean pay(Head counts, AccountId payer, long limit) throws IOException {
    Next next = next(without(), Keys.STAY);
    return put(counts, new Next(next.members(), payer, limit, next.name(), next.keys()));
  }

  /** The members, but for these. */
  private List<Member> without(AccountId... gone) {
    List<Member> members = new ArrayList<>(newest().list().members());
    members.removeIf(member -> List.of(gone).contains(member.account()));
    return members;
  }

  private boolean put(Head counts, Next next) throws IOException {
    Roster before = newest().list();
    boolean fresh = next.keys() == Keys.NEW;
    int generation = before.generation() + (fresh ? 1 : 0);
    if (hasNothing() || (!fresh && !secrets.has(generation))) {
      throw keysNotGiven();
    }
    try (Secret secret =
        fresh ? Secret.random(DriveKeys.SECRET) : secrets.of(generation).orElseThrow()) {
      Roster list =
          new Roster(
              drive,
              before.number() + 1,
              newest().head().hash(),
              account.account(),
              account.device(),
              clock.millis(),
              generation,
              DriveKeys.commitment(secret),
              Math.max(before.root(), counts.number()),
              before.root() > counts.number() ? before.rootHash() : counts.hash(),
              next.payer(),
              next.limit(),
              next.members());
      SignedRoster roster = sealed(list, next.name(), earlier(generation), secret);
      if (!remote.putRoster(roster.encode(), grants(list, secret)) && !isThere(roster)) {
        return false;
      }
      adopt(roster, secret.copy());
      return true;
    }
  }

  /** Whether an attempt that seemed cut off has arrived. */
  private boolean isThere(SignedRoster roster) throws IOException {
    try {
      List<SignedRoster> newer = newer();
      return !newer.isEmpty() && newer.getFirst().head().equals(roster.head());
    } finally {
      endLong();
    }
  }

  /**
   * The earlier generation whose secret a list is to seal: one to which nothing that was sealed
   * leads, or else the one before. It is taken from what is known here, never from what another
   * list says. None if there is none.
   */
  private Optional<Integer> earlier(int generation) {
    List<Integer> cutOff = generation > generation() ? List.of() : secrets.cutOff(rosters);
    return cutOff.isEmpty() ? secrets.before(generation) : Optional.of(cutOff.getFirst());
  }

  /**
   * @param before the earlier generation whose secret is sealed as well
   */
  private SignedRoster sealed(
      Roster list, Name drivesName, Optional<Integer> before, Secret secret) {
    Secret earlier =
        before.flatMap(secrets::of).orElseGet(() -> Secret.of(new byte[DriveKeys.SECRET]));
    try (DriveKeys sealing = DriveKeys.of(secret);
        SignedRoster.Inside inside =
            new SignedRoster.Inside(drivesName, before.orElse(0), earlier)) {
      return SignedRoster.seal(list, inside, sealing, account::sign);
    }
  }

  private byte[] grants(Roster list, Secret secret) throws IOException {
    ByteArrayOutputStream grants = new ByteArrayOutputStream();
    boolean all = list.generation() > newest().list().generation();
    for (Member member : list.members()) {
      if (all || newest().list().member(member.account()).isEmpty()) {
        grants.writeBytes(member.account().bytes());
        grants.writeBytes(secrets.grant(accounts.of(member), list.generation(), secret));
      }
    }
    return grants.toByteArray();
  }

  private void adopt(SignedRoster roster, Secret secret) throws IOException {
    memory.remember(roster.head());
    telling = tells(roster.list(), sayers(List.of(roster)).getFirst()) ? roster.list() : telling;
    standing = roster.list();
    rosters.add(roster);
    secrets.learn(roster.list().generation(), secret);
    readName();
    byRemoved = false;
  }

  /** Forgets the keys. */
  @Override
  public synchronized void close() {
    keys.close();
    secrets.close();
  }
}
