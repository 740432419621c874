package org.anonymouscloud.vault.client.drives;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.KnownAccount;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.RetryPolicy;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.members.Home;
import org.anonymouscloud.vault.client.members.Members;
import org.anonymouscloud.vault.client.remote.DriveGone;
import org.anonymouscloud.vault.client.remote.RemoteDrives;
import org.anonymouscloud.vault.client.store.TransferMemory;
import org.anonymouscloud.vault.protocol.DriveId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drives of an account: its home, and those that it has made or that others share with it.
 * There is one {@link Drive} for each in a process, as two would race each other. Thread-safe.
 */
public final class Drives implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Drives.class);

  /** Before the hash of a name, for the drive that it led to last. */
  private static final String CALLED = "drive-called.";

  /** Digits of that hash, as a value's name has 64 characters at most. */
  private static final int HASHED = 32;

  private static final String KNOWN = "drives";

  private final AccountSession account;
  private final Clock clock;
  private final DriveId home;
  private final RemoteDrives remote;
  private final TransferMemory memory;
  private final Map<DriveId, Drive> open = new ConcurrentHashMap<>();

  /** Asks nobody yet. */
  public Drives(AccountSession account, Clock clock) {
    this.account = account;
    this.clock = clock;
    this.memory = new TransferMemory(account::scratch);
    this.home = Home.id(account);
    this.remote = new RemoteDrives(account.link(), new RetryPolicy());
  }

  /** The account's first drive, which its first change makes. */
  public Drive home() {
    return drive(home);
  }

  private Drive drive(DriveId id) {
    return open.computeIfAbsent(
        id,
        one ->
            one.equals(home)
                ? Drive.home(account, clock, memory)
                : Drive.of(account, one, clock, memory));
  }

  /**
   * The drives that the server shows to this account and those that this device has seen, the home
   * first.
   */
  public List<Drive> list() throws IOException {
    Set<DriveId> ids = new TreeSet<>(remote.list());
    ids.addAll(known());
    ids.remove(home);
    List<Drive> drives = new ArrayList<>();
    drives.add(home());
    ids.forEach(id -> drives.add(drive(id)));
    return drives;
  }

  /**
   * The drives of {@link #list} that this account uses: not what is only offered by strangers, or
   * cannot be opened for another reason. From now on this device says so if one is hidden.
   */
  public List<Drive> usable() throws IOException {
    Set<DriveId> known = known();
    List<Drive> drives = new ArrayList<>();
    for (Drive drive : list()) {
      if (isHome(drive) || known.contains(drive.id())) {
        drives.add(drive);
      } else if (opens(drive)) {
        remember(drive.id());
        drives.add(drive);
      }
    }
    return drives;
  }

  private static boolean opens(Drive drive) {
    try {
      return drive.members().isPresent();
    } catch (IOException | RuntimeException e) {
      // A device that is about to come in, for one, knows nobody yet, and says nothing of it.
      LOG.info("The drive {} cannot be opened: {}", drive.id(), e.toString());
      return false;
    }
  }

  /**
   * The drive of a name, or of an id as {@link DriveId#toString} gives it. Of several of one name
   * it is the one that was used by it on this device, else the one that this account has made: what
   * somebody else shares takes no name that is in use, nor one that a drive of this account had.
   *
   * @throws DriveGone if only one had the name that the server has no more for this account
   * @throws DriveNotFound if there is none, several have the name and none of them goes before, or
   *     it led to another one before that is not shown just now: else a server and a contact could
   *     have that one taken for it
   */
  public Drive find(String wanted) throws IOException {
    if (wanted.equals(Home.NAME.text())) {
      return home();
    }
    List<Drive> all = list();
    // Nor does a name that somebody gives take an id.
    Optional<Drive> byId =
        all.stream().filter(one -> one.id().toString().equals(wanted)).findFirst();
    if (byId.isPresent()) {
      return byId.get();
    }
    List<Drive> called = new ArrayList<>();
    Set<DriveId> unknown = new HashSet<>();
    List<DriveGone> gone = new ArrayList<>();
    IOException unread = null;
    for (Drive one : all) {
      try {
        if (isCalled(one, wanted)) {
          called.add(one);
        }
      } catch (DriveGone e) {
        // Nobody can say what it is called now.
        unknown.add(one.id());
        if (e.name().filter(wanted::equals).isPresent()) {
          gone.add(e);
        }
      } catch (IOException e) {
        unknown.add(one.id());
        // One that cannot be opened is found by its id; it may be the one that is meant.
        unread = e;
      }
    }
    if (called.isEmpty()) {
      throw !gone.isEmpty() ? gone.getFirst() : unread == null ? new DriveNotFound(wanted) : unread;
    }
    Optional<Drive> meant = meant(called, before(wanted).flatMap(before -> among(all, before)));
    if (meant.isEmpty()) {
      throw called.size() == 1
          ? new DriveNotFound(wanted, called.getFirst().id())
          : new DriveNotFound(wanted, owners(called));
    }
    requireSame(wanted, meant.get().id(), unknown);
    return meant.get();
  }

  /**
   * Which of some drives of one name it leads to; none if a person must say so.
   *
   * @param before the drive that the name led to last, if it is there
   */
  private Optional<Drive> meant(List<Drive> called, Optional<Drive> before) {
    Optional<Drive> same =
        called.stream().filter(one -> isHome(one) || before.equals(Optional.of(one))).findFirst();
    if (same.isPresent()) {
      return same;
    }
    List<Drive> own = called.stream().filter(Drive::isOwn).toList();
    boolean wasOwn = before.filter(Drive::isOwn).isPresent();
    List<Drive> rest = own.isEmpty() && !wasOwn ? called : own;
    return rest.size() == 1 ? Optional.of(rest.getFirst()) : Optional.empty();
  }

  private static Optional<Drive> among(List<Drive> drives, DriveId wanted) {
    return drives.stream().filter(one -> one.id().equals(wanted)).findFirst();
  }

  /** Each with who pays for it. */
  private static SortedMap<DriveId, String> owners(List<Drive> drives) throws IOException {
    SortedMap<DriveId, String> owners = new TreeMap<>();
    for (Drive drive : drives) {
      owners.put(drive.id(), owner(drive));
    }
    return owners;
  }

  private static String owner(Drive drive) throws IOException {
    AccountId payer = drive.members().orElseThrow().payer();
    for (Members.Person person : drive.people()) {
      if (person.member().account().equals(payer)) {
        return person.isOwn()
            ? "you"
            : person.name().map(UserName::text).orElse("the account " + payer);
      }
    }
    return "the account " + payer;
  }

  /**
   * Which of some drives, of which the names are known, are found by their ids alone: their names
   * lead to another one, or to none.
   */
  public Set<DriveId> foundByIdAlone(List<Drive> drives) throws IOException {
    Map<String, List<Drive>> named = new HashMap<>();
    for (Drive drive : drives) {
      String name = isHome(drive) ? Home.NAME.text() : drive.name().map(Name::text).orElse("");
      named.computeIfAbsent(name, _ -> new ArrayList<>()).add(drive);
    }
    Set<DriveId> alone = new HashSet<>();
    for (Map.Entry<String, List<Drive>> each : named.entrySet()) {
      Optional<Drive> before = before(each.getKey()).flatMap(id -> among(drives, id));
      Optional<Drive> meant = meant(each.getValue(), before);
      each.getValue().stream()
          .filter(one -> !meant.equals(Optional.of(one)))
          .map(Drive::id)
          .forEach(alone::add);
    }
    return alone;
  }

  private synchronized void requireSame(String name, DriveId now, Set<DriveId> unknown)
      throws IOException {
    Optional<DriveId> before = before(name);
    if (before.filter(unknown::contains).isPresent()) {
      throw new DriveNotFound(name, before.get(), now);
    }
    call(name, now);
  }

  private Optional<DriveId> before(String name) throws IOException {
    return account.state().get(key(name)).map(DriveId::of);
  }

  /** From now on the name leads to this drive here. */
  private synchronized void call(String name, DriveId now) throws IOException {
    if (!before(name).equals(Optional.of(now))) {
      account.state().put(key(name), now.bytes());
    }
  }

  private static String key(String name) {
    return CALLED + Digest.sha256(name.getBytes(UTF_8)).toString().substring(0, HASHED);
  }

  private static boolean isCalled(Drive one, String wanted) throws IOException {
    return one.members().isPresent()
        && one.name().filter(name -> name.text().equals(wanted)).isPresent();
  }

  public boolean isHome(Drive drive) {
    return drive.id().equals(home);
  }

  /** The account's own name. */
  public UserName user() {
    return account.user();
  }

  /** One of the account's contacts, with whom a drive can be shared. */
  public KnownAccount contact(UserName name) throws Problem, IOException {
    return account.contact(name);
  }

  /** Makes a drive with this account as its only member. */
  public Drive create(Name name) throws IOException {
    DriveId id = DriveId.random();
    Drive made = drive(id);
    made.create(name);
    remember(id);
    call(name.text(), id);
    return made;
  }

  /** Gives a drive another name, for all who use it. */
  public void rename(Drive drive, Name name) throws IOException {
    drive.rename(name);
    call(name.text(), drive.id());
  }

  /** This device uses a drive from now on, and says so if the server hides it. */
  public synchronized void remember(DriveId id) throws IOException {
    Set<DriveId> ids = known();
    if (!id.equals(home) && ids.add(id)) {
      keep(ids);
    }
  }

  /** The account has left a drive, or it is gone. */
  public void forget(DriveId id) throws IOException {
    synchronized (this) {
      Set<DriveId> ids = known();
      if (ids.remove(id)) {
        keep(ids);
      }
    }
    Drive gone = open.remove(id);
    if (gone != null) {
      gone.forgetUploads();
      gone.close();
    }
  }

  private synchronized Set<DriveId> known() throws IOException {
    Set<DriveId> ids = new TreeSet<>();
    ByteBuffer kept = ByteBuffer.wrap(account.state().get(KNOWN).orElse(new byte[0]));
    while (kept.remaining() >= DriveId.LENGTH) {
      byte[] id = new byte[DriveId.LENGTH];
      kept.get(id);
      ids.add(DriveId.of(id));
    }
    return ids;
  }

  private synchronized void keep(Set<DriveId> ids) throws IOException {
    ByteBuffer kept = ByteBuffer.allocate(ids.size() * DriveId.LENGTH);
    ids.forEach(id -> kept.put(id.bytes()));
    account.state().put(KNOWN, kept.array());
  }

  /** Forgets the keys of all of them. */
  @Override
  public void close() {
    open.values().forEach(Drive::close);
    open.clear();
  }
}
