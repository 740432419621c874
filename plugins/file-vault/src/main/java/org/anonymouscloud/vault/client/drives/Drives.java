package org.anonymouscloud.vault.client.drives;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.KnownAccount;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.RetryPolicy;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.members.Home;
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
   * The drive of a name, or of an id as {@link DriveId#toString} gives it.
   *
   * @throws DriveNotFound if there is none, several have the name, or it led to another one before
   *     that is not shown just now: else a server and a contact could have that one taken for it
   */
  public Drive find(String wanted) throws IOException {
    if (wanted.equals(Home.NAME.text())) {
      return home();
    }
    List<Drive> found = new ArrayList<>();
    Set<DriveId> unknown = new HashSet<>();
    IOException unread = null;
    for (Drive one : list()) {
      try {
        if (one.id().toString().equals(wanted) || isCalled(one, wanted)) {
          found.add(one);
        }
      } catch (DriveGone e) {
        // Nobody can say what it is called.
        unknown.add(one.id());
      } catch (IOException e) {
        unknown.add(one.id());
        // One that cannot be opened is found by its id; it may be the one that is meant.
        unread = e;
      }
    }
    if (found.isEmpty() && unread != null) {
      throw unread;
    }
    if (found.size() != 1) {
      throw new DriveNotFound(wanted, found.stream().map(Drive::id).toList());
    }
    Drive one = found.getFirst();
    if (!one.id().toString().equals(wanted)) {
      requireSame(wanted, one.id(), unknown);
    }
    return one;
  }

  private synchronized void requireSame(String name, DriveId now, Set<DriveId> unknown)
      throws IOException {
    String key = CALLED + Digest.sha256(name.getBytes(UTF_8)).toString().substring(0, HASHED);
    Optional<DriveId> before = account.state().get(key).map(DriveId::of);
    if (before.filter(unknown::contains).isPresent()) {
      throw new DriveNotFound(name, before.get(), now);
    }
    if (!before.equals(Optional.of(now))) {
      account.state().put(key, now.bytes());
    }
  }

  private static boolean isCalled(Drive one, String wanted) throws IOException {
    return one.members().isPresent()
        && one.name().filter(name -> name.text().equals(wanted)).isPresent();
  }

  public boolean isHome(Drive drive) {
    return drive.id().equals(home);
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
    return made;
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
