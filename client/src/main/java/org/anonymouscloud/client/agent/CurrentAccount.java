package org.anonymouscloud.client.agent;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
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
import org.anonymouscloud.core.account.client.WrongAccountKey;
import org.anonymouscloud.core.account.client.keys.DeviceName;
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

/**
 * The account that is logged in on this agent, if any, and how it changes. An account that was
 * logged in before is there again with the first question for it; the server need not be up.
 * Thread-safe.
 */
final class CurrentAccount implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(15);
  private static final int ID_BYTES = 16;

  private final AccountClient client;

  /** Held while the account changes, which takes long; never waited for with another lock held. */
  private final ReentrantLock changing = new ReentrantLock();

  private final AtomicReference<@Nullable Pairing> pairing = new AtomicReference<>();
  private volatile @Nullable LoggedInAccount current;
  // Guarded by changing.
  private boolean resumed;
  private @Nullable Pending pending;

  /**
   * @param folder that keeps the account on this machine
   */
  CurrentAccount(Path folder, Clock clock) {
    this.client = new AccountClient(folder, clock);
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
    return () -> new FeatureAccount(account(), feature);
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
    changing.lock();
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

  private void resume() throws IOException {
    if (!resumed) {
      Optional<LocalAccount> kept = client.resume();
      kept.ifPresent(this::use);
      resumed = true;
    }
  }

  private void use(LocalAccount account) {
    current = new LoggedInAccount(account, account.connect(() -> dial(account.server())));
    resumed = true;
  }

  private static Connection dial(ConnectionString server) throws IOException {
    // Only a key that is known already: whoever asks the person about a new one is not the agent.
    return Session.connect(server, KeyCheck.NONE, CONNECT);
  }

  /**
   * Makes an account that the server does not have before {@link #finish}. It takes the place of
   * one that was prepared and not finished.
   *
   * @param password stays the caller's
   * @param invite of the server's owner, if there is one
   */
  Prepared register(
      ConnectionString server, UserName user, Secret password, Optional<InviteCode> invite)
      throws Problem, AlreadyLoggedIn, Refused, IOException {
    try {
      return prepare(
          server,
          connection -> client.register(connection, server, user, password, deviceName(), invite));
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
   */
  Prepared recover(
      ConnectionString server,
      UserName user,
      RecoveryWords words,
      Secret password,
      boolean keepDevices)
      throws Problem, AlreadyLoggedIn, Refused, IOException {
    return prepare(
        server,
        connection ->
            client.recover(connection, server, user, words, password, deviceName(), keepDevices));
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
      ConnectionString server, UserName user, Secret password, AccountKey accountKey)
      throws Problem, AlreadyLoggedIn, WrongAccountKey, Refused, IOException {
    changing.lock();
    try {
      requireNobody();
      try (Connection connection = dial(server)) {
        use(client.login(connection, server, user, password, accountKey, deviceName()));
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
  LoggedInAccount join(ConnectionString server, PairingCode code)
      throws Problem, AlreadyLoggedIn, Refused, IOException {
    changing.lock();
    try {
      requireNobody();
      try (Connection connection = dial(server)) {
        use(client.pair(connection, server, code, deviceName()));
      }
      return requireNonNull(current);
    } finally {
      changing.unlock();
    }
  }

  /** A code for one new device, in the place of the one before. */
  PairingCode pair() throws NotLoggedIn, Refused, IOException {
    Pairing opened = account().online().devices().pair();
    Pairing before = pairing.getAndSet(opened);
    if (before != null) {
      before.close();
    }
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
      logOut();
    } finally {
      changing.unlock();
    }
  }

  /** Removes the account from this device, also one whose files are damaged. */
  void logOut() throws IOException {
    changing.lock();
    try {
      LoggedInAccount leaving = current;
      current = null;
      if (leaving != null) {
        leaving.close();
      }
      client.logOut();
      resumed = true;
    } finally {
      changing.unlock();
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

  /** What this device is called in the account's list of devices. */
  private static DeviceName deviceName() {
    try {
      return DeviceName.from(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      return DeviceName.from("");
    }
  }

  @Override
  public void close() {
    changing.lock();
    try {
      forgetPending();
      endPairing();
      LoggedInAccount leaving = current;
      current = null;
      if (leaving != null) {
        leaving.close();
      }
    } finally {
      changing.unlock();
    }
  }
}
