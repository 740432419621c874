package org.anonymouscloud.client.agent.account;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.anonymouscloud.client.agent.feature.ClientFeatures;
import org.anonymouscloud.client.agent.feature.LoggedInAccount;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.Devices;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.local.Keeper;
import org.anonymouscloud.core.account.client.local.Locked;
import org.anonymouscloud.core.account.client.remote.DeviceRefused;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The account that is logged in on this agent, if any, and how it changes. An account that was
 * logged in before is there again with the first question for it; the server need not be up.
 * Thread-safe.
 */
public final class CurrentAccount implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CurrentAccount.class);

  private final AccountClient client;
  private final ClientFeatures features;
  private final Outside outside;

  /** Held while the account changes, which takes long; never waited for with another lock held. */
  private final ReentrantLock changing = new ReentrantLock();

  private volatile @Nullable LoggedInAccount current;

  /** Whether the features have the account, too: before that, only they may use it. */
  private volatile boolean shared;

  private volatile boolean ending;
  private final IdleLock idleLock = new IdleLock(this::lockIfIdle);

  // Guarded by changing.
  private boolean resumed;

  /** What is said until somebody unlocks the device. */
  private @Nullable Locked locked;

  /**
   * @param client of the account that this machine keeps
   * @param features that take part when the account changes
   */
  public CurrentAccount(AccountClient client, ClientFeatures features, Outside outside) {
    this.client = client;
    this.features = features;
    this.outside = outside;
  }

  /** Something that changes the account, or must not be done while it changes. */
  @FunctionalInterface
  interface Work<T, X extends Exception> {
    T run() throws X, Problem, Refused, IOException;
  }

  /** Does something while nothing else changes the account. */
  <T, X extends Exception> T change(Work<T, X> work) throws X, Problem, Refused, IOException {
    changing.lock();
    try {
      return work.run();
    } finally {
      changing.unlock();
    }
  }

  /**
   * The same where nobody may be logged in.
   *
   * @throws Problem if somebody is
   */
  <T, X extends Exception> T whileNobodyIsHere(Work<T, X> work)
      throws X, Problem, Refused, IOException {
    return change(
        () -> {
          requireNobody();
          return work.run();
        });
  }

  /** Has the next question for the account look at the disk, within {@link #change}. */
  void lookAnew() {
    resumed = false;
  }

  /**
   * Begins anew with the account that is open, whose keys or state have become others, within
   * {@link #change}. It stays in memory: its files may be sealed to a passphrase.
   */
  LoggedInAccount reopen(LoggedInAccount open) throws IOException {
    open.online().close();
    features.closeAccount();
    return enter(open.local());
  }

  /** The account as one feature sees it. */
  public ClientContext of(OfferedFeature feature) {
    return () -> account().of(feature);
  }

  /**
   * The account that is logged in.
   *
   * @throws NotLoggedIn if there is none
   */
  public LoggedInAccount account() throws NotLoggedIn {
    LoggedInAccount known = current;
    if (known != null && (shared || changing.isHeldByCurrentThread())) {
      return known;
    }
    lockInterruptibly();
    try {
      resume();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      changing.unlock();
    }
    LoggedInAccount found = current;
    if (found == null) {
      throw new NotLoggedIn();
    }
    return found;
  }

  /** Whoever closes the account waits for the features, which must not wait for it then. */
  private void lockInterruptibly() {
    try {
      changing.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new InterruptedIOException("The account is being closed."));
    }
  }

  /** Opens the account that was logged in before, if there is one that is not locked. */
  public void open() {
    changing.lock();
    try {
      resume();
    } catch (IOException e) {
      LOG.info("The account is not open yet: {}", e.getMessage());
    } finally {
      changing.unlock();
    }
  }

  /** Guarded by changing. A device that is locked stays so, and no keyring is asked once more. */
  private void resume() throws IOException {
    if (locked != null) {
      throw locked;
    }
    if (ending) {
      throw new InterruptedIOException("The agent ends.");
    }
    if (!resumed) {
      try {
        Optional<LocalAccount> kept = outside.keyring(client::resume);
        if (kept.isPresent()) {
          enter(kept.get());
        }
        resumed = true;
      } catch (Locked e) {
        locked = e;
        throw e;
      }
    }
  }

  /** Opens an account that has come onto this device, within {@link #change}. */
  LoggedInAccount enter(LocalAccount account) throws IOException {
    return enter(
        account, new OnlineAccount(account, features, () -> outside.dial(account.server())));
  }

  /**
   * The same on the session on which it has come.
   *
   * @param session logged in; no longer the caller's
   */
  LoggedInAccount enter(LocalAccount account, Connection session) throws IOException {
    return enter(
        account,
        new OnlineAccount(account, features, () -> outside.dial(account.server()), session));
  }

  private LoggedInAccount enter(LocalAccount account, OnlineAccount online) throws IOException {
    idleLock.limit(account.lockAfter().orElse(null));
    LoggedInAccount opened = new LoggedInAccount(account, online);
    shared = false;
    current = opened;
    resumed = true;
    locked = null;
    features.open(opened);
    shared = true;
    return opened;
  }

  /** What does not answer just now, though somebody asks it; none if all is well. */
  public Optional<Awaited> awaited() {
    LoggedInAccount known = current;
    if (known != null && known.online().link().isAway()) {
      return Optional.of(Awaited.server(known.local().server()));
    }
    return outside.awaited();
  }

  /**
   * Who keeps what opens the account's keys, also while the device is locked.
   *
   * @throws NotLoggedIn if there is no account
   */
  public Keeper keeper() throws NotLoggedIn, IOException {
    return client.keeper().orElseThrow(NotLoggedIn::new);
  }

  /**
   * Forgets the keys until somebody unlocks them.
   *
   * @throws Problem if they are not sealed, so that locking would be for show
   */
  public void lock() throws Problem, NotLoggedIn, IOException {
    changing.lock();
    try {
      if (keeper() == Keeper.FILE) {
        throw new Problem(
            Problem.Kind.CONFLICT,
            "The keys on this device are not sealed; 'anoncloud agent passphrase' does it first.");
      }
      forgetUntilUnlocked();
    } finally {
      changing.unlock();
    }
  }

  /** Has the platform's keyring open the account. One that is not locked stays as it is. */
  public LoggedInAccount unlock() throws NotLoggedIn, IOException {
    changing.lock();
    try {
      locked = null;
      return account();
    } finally {
      changing.unlock();
    }
  }

  /**
   * Opens the account of a device that is locked. One that is not stays as it is.
   *
   * @param passphrase stays the caller's
   */
  public LoggedInAccount unlock(Secret passphrase) throws NotLoggedIn, IOException {
    changing.lock();
    try {
      LoggedInAccount open = current;
      return open != null ? open : enter(client.unlock(passphrase).orElseThrow(NotLoggedIn::new));
    } finally {
      changing.unlock();
    }
  }

  /** How the keys on this device are to be sealed. */
  @FunctionalInterface
  public interface Sealing {
    void of(LocalAccount account) throws IOException;
  }

  /** Seals the keys on this device otherwise than before, or not at all. */
  public void seal(Sealing sealing) throws NotLoggedIn, IOException {
    changing.lock();
    try {
      LocalAccount here = account().local();
      outside.keyring(
          () -> {
            sealing.of(here);
            return here;
          });
      idleLock.limit(here.lockAfter().orElse(null));
    } finally {
      changing.unlock();
    }
  }

  /** Guarded by changing: not even the keyring opens it again by itself. */
  private void forgetUntilUnlocked() {
    forget();
    locked = new Locked();
  }

  /** Guarded by changing: nothing of the account stays open; its files are asked anew. */
  private void forget() {
    closeAccount();
    resumed = false;
  }

  /** Guarded by changing. */
  private void closeAccount() {
    LoggedInAccount leaving = current;
    current = null;
    if (leaving != null) {
      // What features wait for fails, so that they end soon; only then their keys go.
      leaving.online().close();
      features.closeAccount();
      leaving.local().close();
    }
  }

  /** Use of the account: meanwhile the device does not lock by itself. */
  public IdleLock.Use use() {
    return idleLock.use();
  }

  private void lockIfIdle() {
    changing.lock();
    try {
      if (current != null && idleLock.isIdle()) {
        forgetUntilUnlocked();
      }
    } finally {
      changing.unlock();
    }
  }

  /** What a person should know of an account that a device has just come into, knowing nothing. */
  public List<String> welcome(LoggedInAccount account) {
    List<String> notes = new ArrayList<>(features.beginGeneration(account));
    notes.addAll(features.takenOnTrust(account));
    return notes;
  }

  /**
   * Takes devices out of the account.
   *
   * @return what the person should know of it
   */
  public List<String> revoke(List<DeviceId> gone) throws NotLoggedIn, Refused, IOException {
    LoggedInAccount here = account();
    Devices.Removal removal = new Devices(here.online()).revoke(gone);
    List<String> notes = new ArrayList<>();
    if (removal.passwordEnded()) {
      notes.add(
          "The password had been set by a removed device, so it counts no more. Set a new one:"
              + " 'anoncloud password change'.");
    }
    removal
        .broughtIn()
        .forEach(
            device ->
                notes.add(
                    "The device "
                        + device.id()
                        + " came in by what a removed device set; remove it too if it is not"
                        + " yours: "
                        + device.name()));
    notes.addAll(features.beginGeneration(here));
    return notes;
  }

  /** What other people lose when the account is deleted, in whole sentences. */
  public List<String> endsForOthers() throws Problem, NotLoggedIn, IOException {
    return features.endsForOthers(account());
  }

  /**
   * Has the server delete the account and all that is its, and removes it from this device.
   *
   * @param confirmed the user name, as somebody has typed it
   * @param password of the account; stays the caller's
   */
  public void delete(UserName confirmed, Secret password)
      throws Problem, NotLoggedIn, Refused, IOException {
    changing.lock();
    try {
      LoggedInAccount here = account();
      if (!here.local().user().equals(confirmed)) {
        throw new Problem(
            Problem.Kind.REFUSED, "Nothing was deleted: that is not the name of this account.");
      }
      here.online().delete(password);
      var _ = logOut();
    } finally {
      changing.unlock();
    }
  }

  /**
   * What became of a logout.
   *
   * @param was whether there was an account
   * @param othersTold whether the account's other devices can know that it has left this one
   * @param device that it has left; null if that was locked or damaged, or there was no account
   */
  public record LoggedOut(boolean was, boolean othersTold, @Nullable DeviceId device) {}

  /**
   * Removes the account from this device, also one that is locked or whose files are damaged. In
   * the account's list of devices it is marked, if its keys are open and the server can be reached.
   */
  public LoggedOut logOut() throws IOException {
    changing.lock();
    try {
      try {
        resume();
      } catch (IOException e) {
        LOG.info("The account is not open, and goes all the same: {}", e.getMessage());
      }
      LoggedInAccount leaving = current;
      DeviceId device = leaving == null ? null : leaving.local().device();
      boolean told = leaving != null && tellOthers(leaving);
      closeAccount();
      boolean was = client.logOut();
      resumed = true;
      locked = null;
      return new LoggedOut(was, told, device);
    } finally {
      changing.unlock();
    }
  }

  /** The account's other devices shall know that it leaves this one. */
  private static boolean tellOthers(LoggedInAccount leaving) {
    try {
      new Devices(leaving.online()).markLoggedOut();
      return true;
    } catch (DeviceRefused e) {
      // One that was removed is on nobody's list any more.
      return e.code() == ErrorCode.DEVICE_REVOKED;
    } catch (Refused | IOException e) {
      LOG.info("The account's other devices do not learn of the logout: {}", e.getMessage());
      return false;
    }
  }

  /** Guarded by changing. */
  private void requireNobody() throws Problem, IOException {
    resume();
    LoggedInAccount known = current;
    if (known != null) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "'"
              + known.local().user()
              + "' is logged in here already. Use 'anoncloud logout' first.");
    }
  }

  /** The agent ends: nothing waits any more for what lies outside of this process. */
  public void endWaiting() {
    ending = true;
    // It may hold the lock until a person comes back who is asked for the keyring.
    outside.interrupt();
  }

  @Override
  public void close() {
    endWaiting();
    idleLock.close();
    changing.lock();
    try {
      forget();
    } finally {
      changing.unlock();
    }
  }
}
