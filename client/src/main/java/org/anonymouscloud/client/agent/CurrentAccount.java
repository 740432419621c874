package org.anonymouscloud.client.agent;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.AccountKey;
import org.anonymouscloud.core.account.client.AlreadyLoggedIn;
import org.anonymouscloud.core.account.client.EmergencySheet;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.Pairing;
import org.anonymouscloud.core.account.client.PairingCode;
import org.anonymouscloud.core.account.client.PreparedAccount;
import org.anonymouscloud.core.account.client.RecoveryWords;
import org.anonymouscloud.core.account.client.RestoredChain;
import org.anonymouscloud.core.account.client.WrongAccountKey;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.local.Keeper;
import org.anonymouscloud.core.account.client.local.Locked;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
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
final class CurrentAccount implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CurrentAccount.class);
  private static final Duration CONNECT = Duration.ofSeconds(15);
  private static final int ID_BYTES = 16;
  private static final String KEYRING = "the platform's keyring";

  private final AccountClient client;
  private final ClientFeatures features;

  /** Held while the account changes, which takes long; never waited for with another lock held. */
  private final ReentrantLock changing = new ReentrantLock();

  private final AtomicReference<@Nullable Pairing> pairing = new AtomicReference<>();
  private volatile @Nullable LoggedInAccount current;

  /** Set while something outside is asked. */
  private volatile @Nullable Waiting waiting;

  private volatile boolean ending;
  private final IdleLock idleLock = new IdleLock(this::lockIfIdle);

  // Guarded by changing.
  private boolean resumed;

  /** What is said until somebody unlocks the device. */
  private @Nullable Locked locked;

  private @Nullable Pending pending;

  /**
   * @param folder that keeps the account on this machine
   * @param features that take part when the account changes
   */
  CurrentAccount(Path folder, Clock clock, ClientFeatures features) {
    this.client = new AccountClient(folder, clock, features);
    this.features = features;
  }

  /**
   * Something outside of this process is to answer.
   *
   * @param what it is, for people
   * @param who waits for it
   */
  private record Waiting(String what, Thread who) {
    static Waiting here(String what) {
      return new Waiting(what, Thread.currentThread());
    }
  }

  /** A registration or recovery whose sheet is being put away. */
  private record Pending(String id, PreparedAccount account, Connection connection)
      implements AutoCloseable {
    @Override
    public void close() {
      account.close();
      connection.close();
    }
  }

  /** How an account is prepared on a session. */
  @FunctionalInterface
  private interface Preparing {
    PreparedAccount on(Connection connection) throws AlreadyLoggedIn, Refused, IOException;
  }

  /**
   * An account that is ready but for the last step.
   *
   * @param id to {@link #finish} it
   * @param sheet what the person must keep; readable until this is finished or given up
   */
  record Prepared(String id, EmergencySheet sheet) {}

  /** The account as one feature sees it. */
  ClientContext of(String feature) {
    return () -> account().of(feature);
  }

  /**
   * The account that is logged in.
   *
   * @throws NotLoggedIn if there is none
   */
  LoggedInAccount account() throws NotLoggedIn {
    LoggedInAccount known = current;
    if (known != null) {
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
  void open() {
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
      waiting = Waiting.here(KEYRING);
      try {
        Optional<LocalAccount> kept = client.resume();
        if (kept.isPresent()) {
          use(kept.get());
        }
        resumed = true;
      } catch (Locked e) {
        locked = e;
        throw e;
      } finally {
        waiting = null;
      }
    }
  }

  private void use(LocalAccount account) throws IOException {
    idleLock.limit(account.lockAfter().orElse(null));
    LoggedInAccount opened =
        new LoggedInAccount(account, account.connect(() -> dial(account.server())));
    current = opened;
    resumed = true;
    locked = null;
    features.open(opened);
  }

  private Connection dial(ConnectionString server) throws IOException {
    waiting = Waiting.here(name(server));
    try {
      // Only a key that is known already: whoever asks the person about a new one is not the agent.
      return Session.connect(server, KeyCheck.NONE, CONNECT);
    } finally {
      waiting = null;
    }
  }

  private static String name(ConnectionString server) {
    return "the server at " + server.host() + ", port " + server.port();
  }

  /** What does not answer just now, though somebody asks it; none if all is well. */
  Optional<String> awaited() {
    LoggedInAccount known = current;
    if (known != null && known.online().link().isAway()) {
      return Optional.of(name(known.local().server()));
    }
    return Optional.ofNullable(waiting).map(Waiting::what);
  }

  /**
   * Who keeps what opens the account's keys, also while the device is locked.
   *
   * @throws NotLoggedIn if there is no account
   */
  Keeper keeper() throws NotLoggedIn, IOException {
    return client.keeper().orElseThrow(NotLoggedIn::new);
  }

  /**
   * Forgets the keys until somebody unlocks them.
   *
   * @throws Problem if they are not sealed, so that locking would be for show
   */
  void lock() throws Problem, NotLoggedIn, IOException {
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
  LoggedInAccount unlock() throws NotLoggedIn, IOException {
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
  LoggedInAccount unlock(Secret passphrase) throws NotLoggedIn, IOException {
    changing.lock();
    try {
      if (current == null) {
        use(client.unlock(passphrase).orElseThrow(NotLoggedIn::new));
      }
      return requireNonNull(current);
    } finally {
      changing.unlock();
    }
  }

  /** How the keys on this device are to be sealed. */
  @FunctionalInterface
  interface Sealing {
    void of(LocalAccount account) throws IOException;
  }

  /** Seals the keys on this device otherwise than before, or not at all. */
  void seal(Sealing sealing) throws NotLoggedIn, IOException {
    changing.lock();
    try {
      LocalAccount here = account().local();
      waiting = Waiting.here(KEYRING);
      sealing.of(here);
      idleLock.limit(here.lockAfter().orElse(null));
    } finally {
      waiting = null;
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
  IdleLock.Use use() {
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

  /**
   * Makes an account that the server does not have before {@link #finish}. It takes the place of
   * one that was prepared and not finished.
   *
   * @param password stays the caller's
   * @param invite of the server's owner, if there is one
   */
  Prepared register(
      ConnectionString server,
      UserName user,
      Secret password,
      DeviceName device,
      Optional<InviteCode> invite)
      throws Problem, AlreadyLoggedIn, Refused, IOException {
    try {
      return prepare(
          server,
          connection -> client.register(connection, server, user, password, device, invite));
    } catch (Refused e) {
      throw nameTaken(e, user);
    }
  }

  /**
   * Opens an account with its recovery words, and changes nothing before {@link #finish}. It takes
   * the place of one that was prepared and not finished.
   *
   * @param words stay the caller's
   * @param password the new one, stays the caller's
   * @param keepDevices whether the account's other devices stay
   * @param acceptLoss whether a person agrees to lose what the words do not open
   */
  Prepared recover(
      ConnectionString server,
      UserName user,
      RecoveryWords words,
      Secret password,
      DeviceName device,
      boolean keepDevices,
      boolean acceptLoss)
      throws Problem, AlreadyLoggedIn, Refused, IOException {
    return prepare(
        server,
        connection ->
            client.recover(
                connection, server, user, words, password, device, keepDevices, acceptLoss));
  }

  private Prepared prepare(ConnectionString server, Preparing preparing)
      throws Problem, AlreadyLoggedIn, Refused, IOException {
    changing.lock();
    try {
      requireNobody();
      forgetPending();
      Connection connection = dial(server);
      Pending prepared = null;
      try {
        prepared =
            new Pending(
                HexFormat.of().formatHex(RandomBytes.next(ID_BYTES)),
                preparing.on(connection),
                connection);
        pending = prepared;
        return new Prepared(prepared.id(), prepared.account().sheet());
      } finally {
        if (prepared == null) {
          connection.close();
        }
      }
    } finally {
      changing.unlock();
    }
  }

  /** Gives a prepared account to the server and logs in. */
  LoggedInAccount finish(String id) throws Problem, Refused, IOException {
    changing.lock();
    try (Pending prepared = take(id)) {
      // If the connection is cut in the last step, the account may be here all the same: look anew.
      resumed = false;
      use(prepared.account().finish());
      return requireNonNull(current);
    } finally {
      changing.unlock();
    }
  }

  private Pending take(String id) throws Problem {
    Pending prepared = pending;
    if (prepared == null || !prepared.id().equals(id)) {
      throw new Problem(
          Problem.Kind.NOT_FOUND, "What was begun was given up meanwhile; begin it once more.");
    }
    pending = null;
    return prepared;
  }

  /**
   * Opens an account on this device.
   *
   * @param password stays the caller's
   * @param accountKey stays the caller's
   */
  LoggedInAccount login(
      ConnectionString server,
      UserName user,
      Secret password,
      AccountKey accountKey,
      DeviceName device)
      throws Problem, AlreadyLoggedIn, WrongAccountKey, Refused, IOException {
    changing.lock();
    try {
      requireNobody();
      try (Connection connection = dial(server)) {
        use(client.login(connection, server, user, password, accountKey, device));
      }
      return requireNonNull(current);
    } finally {
      changing.unlock();
    }
  }

  /**
   * Comes into the account of another device.
   *
   * @param code stays the caller's
   */
  LoggedInAccount join(ConnectionString server, PairingCode code, DeviceName device)
      throws Problem, AlreadyLoggedIn, Refused, IOException {
    changing.lock();
    try {
      requireNobody();
      try (Connection connection = dial(server)) {
        use(client.pair(connection, server, code, device));
      }
      return requireNonNull(current);
    } finally {
      changing.unlock();
    }
  }

  /** What a person should know of an account that a device has just come into, knowing nothing. */
  List<String> welcome(LoggedInAccount account) {
    List<String> notes = new ArrayList<>(features.beginGeneration(account));
    notes.addAll(features.takenOnTrust(account));
    return notes;
  }

  /**
   * Takes devices out of the account.
   *
   * @return what the person should know of it
   */
  List<String> revoke(List<DeviceId> gone) throws NotLoggedIn, Refused, IOException {
    LoggedInAccount here = account();
    here.online().devices().revoke(gone);
    return features.beginGeneration(here);
  }

  /**
   * What a server that was restored from a backup lacks of what this device has seen. Changes
   * nothing.
   */
  Restored restored() throws NotLoggedIn, IOException {
    LoggedInAccount here = account();
    try (Connection connection = dial(here.local().server())) {
      return compare(here.local(), here.local().restored(connection), connection);
    }
  }

  private Restored compare(LocalAccount local, RestoredChain chain, Connection connection)
      throws IOException {
    return Restored.of(chain, features.lost(local, chain, connection));
  }

  /**
   * Goes on from what the server has.
   *
   * @param shown {@link Restored#state} of what a person has seen and agreed to
   * @return what the person should know or do
   */
  List<String> acceptRestored(String shown) throws Problem, NotLoggedIn, Refused, IOException {
    changing.lock();
    try {
      LoggedInAccount here = account();
      Restored restored;
      try (Connection connection = dial(here.local().server())) {
        RestoredChain chain = here.local().restored(connection);
        restored = compare(here.local(), chain, connection);
        if (!restored.state().equals(shown)) {
          throw new Problem(
              Problem.Kind.CONFLICT,
              "Nothing was done: the server has something else by now than what was shown. Look"
                  + " once more.");
        }
        chain.accept();
        features.acceptRestored(here.local(), chain, connection);
      } finally {
        // Whatever has begun with other keys and another state ends here. The account stays in
        // memory: its files may be sealed to a passphrase.
        here.online().close();
        features.closeAccount();
        use(here.local());
      }
      LoggedInAccount again = requireNonNull(current);
      List<String> notes = new ArrayList<>(restored.whatToDo());
      List<DeviceId> gone = restored.removedOnce(again.online().known().state());
      if (!gone.isEmpty()) {
        again.online().devices().revoke(gone);
        notes.add("The devices that had been removed since the backup were removed again.");
      }
      notes.addAll(features.beginGeneration(again));
      notes.addAll(Restored.contactsToRenew(again.online().contacts()));
      return notes;
    } finally {
      changing.unlock();
    }
  }

  /** A code for one new device, in the place of the one before. */
  PairingCode pair() throws NotLoggedIn, Refused, IOException {
    endPairing();
    Pairing opened = account().online().devices().pair();
    pairing.set(opened);
    return opened.code();
  }

  /** The pairing whose code was made last. */
  Pairing pairing() throws Problem {
    Pairing open = pairing.get();
    if (open == null) {
      throw new Problem(
          Problem.Kind.NOT_FOUND, "There is no pairing, or it has ended. Begin with a new code.");
    }
    return open;
  }

  /** Waits for the device that has the code; a pairing that fails is over. */
  String awaitNewcomer() throws Problem, Refused, IOException {
    boolean came = false;
    try {
      String name = pairing().await();
      came = true;
      return name;
    } finally {
      if (!came) {
        endPairing();
      }
    }
  }

  void endPairing() {
    Pairing open = pairing.getAndSet(null);
    if (open != null) {
      open.close();
    }
  }

  /**
   * Has the server delete the account and all that is its, and removes it from this device.
   *
   * @param confirmed the user name, as somebody has typed it
   * @param password of the account; stays the caller's
   */
  void delete(UserName confirmed, Secret password)
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
   * Removes the account from this device, also one whose files are damaged. In the account's list
   * of devices it is marked, if the server can be reached.
   *
   * @return whether there was one
   */
  boolean logOut() throws IOException {
    changing.lock();
    try {
      tellOthers();
      closeAccount();
      boolean was = client.logOut();
      resumed = true;
      locked = null;
      return was;
    } finally {
      changing.unlock();
    }
  }

  /** The account's other devices shall know that it leaves this one. */
  private void tellOthers() {
    try {
      resume();
    } catch (IOException e) {
      // Files that are damaged; they go all the same.
      return;
    }
    LoggedInAccount leaving = current;
    if (leaving != null) {
      try {
        leaving.online().devices().markLoggedOut();
      } catch (Refused | IOException e) {
        LOG.info("The account's other devices do not learn of the logout: {}", e.getMessage());
      }
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

  /** Guarded by changing. */
  private void forgetPending() {
    if (pending != null) {
      pending.close();
      pending = null;
    }
  }

  private static Problem nameTaken(Refused refusal, UserName user) throws Refused {
    if (refusal.code() != ErrorCode.NAME_TAKEN) {
      throw refusal;
    }
    return new Problem(
        Problem.Kind.CONFLICT,
        "The user name '" + user + "' is taken, or one that looks like it.",
        refusal);
  }

  /** The agent ends: nothing waits any more for what lies outside of this process. */
  void endWaiting() {
    ending = true;
    Waiting last = waiting;
    if (last != null) {
      // It may hold the lock until a person comes back who is asked for the keyring.
      last.who().interrupt();
    }
  }

  @Override
  public void close() {
    endWaiting();
    idleLock.close();
    changing.lock();
    try {
      forgetPending();
      endPairing();
      forget();
    } finally {
      changing.unlock();
    }
  }
}
