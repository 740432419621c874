package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.local.AccountFolder;
import org.anonymouscloud.core.account.client.local.Keeper;
import org.anonymouscloud.core.account.client.pairing.JoinedByCode;
import org.anonymouscloud.core.account.client.pairing.PairingCode;
import org.anonymouscloud.core.account.client.pairing.PairingFailed;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.client.remote.AccountTampered;
import org.anonymouscloud.core.account.client.remote.DeviceRefused;
import org.anonymouscloud.core.account.client.remote.NewPassword;
import org.anonymouscloud.core.account.client.remote.NewestNotOpened;
import org.anonymouscloud.core.account.client.remote.WrongAccountKey;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.UntrustedServer;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * How a device comes to an account: by making one, or by opening one with password and account key
 * or with the recovery words. Each takes half a second or more, for the password is stretched
 * (Argon2id). One caller at a time.
 */
public final class AccountClient {
  private final AccountFolder folder;
  private final Clock clock;
  private final AccountFeatures features;

  /** A client without features. */
  public AccountClient(Path folder, Clock clock) {
    this(folder, clock, AccountFeatures.NONE);
  }

  /**
   * @param folder that keeps the account on this device; made when there is something to keep
   * @param clock the time that links are marked with
   * @param features asked for their heads before each link
   */
  public AccountClient(Path folder, Clock clock, AccountFeatures features) {
    this.folder = new AccountFolder(folder);
    this.clock = clock;
    this.features = features;
  }

  /**
   * The account that this device is logged in to, without asking the server. The caller closes it.
   * If the platform's keyring keeps the passphrase of its keys, a person may be asked to open it.
   *
   * @throws org.anonymouscloud.core.account.client.local.Locked if the keys are sealed to a
   *     passphrase that a person must give, or that the keyring does not
   * @throws org.anonymouscloud.core.account.client.local.StateDamaged if its files are not as this
   *     device wrote them
   */
  public Optional<LocalAccount> resume() throws IOException {
    return confirmed(folder.read());
  }

  /**
   * As {@link #resume}, also if its keys are sealed to a passphrase.
   *
   * @param passphrase stays the caller's
   * @throws org.anonymouscloud.core.account.client.local.WrongPassphrase if it is not the right one
   */
  public Optional<LocalAccount> unlock(Secret passphrase) throws IOException {
    return confirmed(folder.open(passphrase));
  }

  /** Who keeps what opens the account's keys on this device; none if there is no account. */
  public Optional<Keeper> keeper() throws IOException {
    return folder.keeper();
  }

  private Optional<LocalAccount> confirmed(Optional<AccountFolder.Kept> kept) {
    if (kept.isPresent() && !kept.get().state().confirmed()) {
      kept.get().close();
      return Optional.empty();
    }
    return kept.map(this::local);
  }

  /**
   * Makes an account, all but the last step.
   *
   * @param connection a session on which nobody is logged in; stays the caller's
   * @param server where the session leads; the account is pinned to the key the session has shown
   * @param password in UTF-8, NFC; stays the caller's
   * @param name of this device
   * @param invite what the server's owner gave, if the server takes nobody without
   * @return to be finished and closed by the caller
   * @throws AlreadyLoggedIn if this device has an account
   * @throws Refused with {@link ErrorCode#NAME_TAKEN}, {@link ErrorCode#INVITE_NEEDED} or {@link
   *     ErrorCode#REGISTRATION_CLOSED}
   */
  public Registration register(
      Connection connection,
      ConnectionString server,
      UserName user,
      Secret password,
      DeviceName name,
      Optional<InviteCode> invite)
      throws AlreadyLoggedIn, Refused, IOException {
    ConnectionString pinned = pinned(server, connection);
    Optional<LocalAccount> settled = settle(connection, pinned, user);
    if (settled.isPresent()) {
      settled.get().close();
      throw new AlreadyLoggedIn(user);
    }
    try (NewPassword fresh =
        NewPassword.register(new AccountQuestions(connection), user, password, invite)) {
      NewAccount account = NewAccount.random();
      NewAccount.Records records = account.records(fresh.exportKey(), name, now());
      return new Registration(
          folder, clock, connection, pinned, user, fresh.record(), account, records, invite);
    }
  }

  /**
   * Opens an account on this device and adds the device to the account's chain.
   *
   * @param connection a session on which nobody is logged in; ended if this fails
   * @param server where the session leads; the account is pinned to the key the session has shown
   * @param password in UTF-8, NFC; stays the caller's
   * @param accountKey stays the caller's
   * @param name of this device
   * @return the account, logged in on this session; the caller closes it
   * @throws AlreadyLoggedIn if this device has an account
   * @throws WrongAccountKey if the password is right and the account key is not
   * @throws AccountTampered if the server's records are not those the owner made
   * @throws Refused with {@link ErrorCode#LOGIN_FAILED} if the password is wrong or there is no
   *     such user, and nobody can tell which; with another code if the server says so
   */
  public LocalAccount login(
      Connection connection,
      ConnectionString server,
      UserName user,
      Secret password,
      AccountKey accountKey,
      DeviceName name)
      throws AlreadyLoggedIn, WrongAccountKey, Refused, IOException {
    boolean done = false;
    try {
      ConnectionString pinned = pinned(server, connection);
      Optional<LocalAccount> settled = settle(connection, pinned, user);
      LocalAccount account =
          settled.isPresent()
              ? settled.get()
              : new PasswordLogin(connection, user, password, accountKey)
                  .join(folder, pinned, name, clock, features);
      done = true;
      return account;
    } finally {
      if (!done) {
        connection.close();
      }
    }
  }

  /**
   * Opens an account with its recovery words, all but the last step. Of the account's other devices
   * none stays unless they are to be kept.
   *
   * @param connection a session on which nobody is logged in; ended if this fails, else it stays
   *     the caller's
   * @param server where the session leads; the account is pinned to the key the session has shown
   * @param words from the emergency sheet; stay the caller's
   * @param password the new one, in UTF-8, NFC; stays the caller's
   * @param name of this device
   * @param acceptLoss whether a person agrees to lose what the words do not open; then no other
   *     device can be kept
   * @return to be finished and closed by the caller
   * @throws AlreadyLoggedIn if this device has an account
   * @throws AccountTampered if the server's records are not those the owner made
   * @throws NewestNotOpened if the words open an older state alone
   * @throws Refused with {@link ErrorCode#LOGIN_FAILED} if the words are wrong or there is no such
   *     user, and nobody can tell which; with another code if the server says so
   */
  public Recovery recover(
      Connection connection,
      ConnectionString server,
      UserName user,
      RecoveryWords words,
      Secret password,
      DeviceName name,
      boolean keepDevices,
      boolean acceptLoss)
      throws AlreadyLoggedIn, Refused, IOException {
    boolean done = false;
    try {
      ConnectionString pinned = pinned(server, connection);
      Optional<LocalAccount> settled = settle(connection, pinned, user);
      if (settled.isPresent()) {
        settled.get().close();
        throw new AlreadyLoggedIn(user);
      }
      Recovery recovery =
          Recovery.begin(
              folder,
              connection,
              pinned,
              user,
              words,
              password,
              name,
              keepDevices,
              acceptLoss,
              clock,
              features);
      done = true;
      return recovery;
    } finally {
      if (!done) {
        connection.close();
      }
    }
  }

  /**
   * Comes into the account of a device that shows a pairing code, once its owner has accepted.
   *
   * @param connection a session on which nobody is logged in; ended if this fails
   * @param server where the session leads; the account is pinned to the key the session has shown
   * @param code stays the caller's
   * @param name of this device
   * @return the account, logged in on this session; the caller closes it
   * @throws AlreadyLoggedIn if this device has an account
   * @throws PairingFailed if the other device does not have the code
   * @throws AccountTampered if the server's records are not those the owner made
   * @throws Refused with {@link ErrorCode#NOT_FOUND} if the code is wrong or too old
   */
  public LocalAccount pair(
      Connection connection, ConnectionString server, PairingCode code, DeviceName name)
      throws AlreadyLoggedIn, Refused, IOException {
    boolean done = false;
    try {
      ConnectionString pinned = pinned(server, connection);
      Optional<LocalAccount> kept = resume();
      if (kept.isPresent()) {
        kept.get().close();
        throw new AlreadyLoggedIn(kept.get().user());
      }
      AccountQuestions questions = new AccountQuestions(connection);
      JoinedByCode joined = JoinedByCode.join(questions, pinned, code, name);
      LocalAccount.logIn(connection, joined.account(), joined.device().id(), joined.device().key());
      LocalAccount account =
          local(folder.create(joined.device().secret(), joined.open(questions, pinned)));
      joined.accountKey().close();
      account.confirm();
      done = true;
      return account;
    } finally {
      if (!done) {
        connection.close();
      }
    }
  }

  /**
   * Removes the account from this device, also one whose files are damaged.
   *
   * @return whether there was one
   */
  public boolean logOut() throws IOException {
    return folder.remove();
  }

  private LocalAccount local(AccountFolder.Kept kept) {
    return new LocalAccount(kept, clock);
  }

  private static ConnectionString pinned(ConnectionString server, Connection connection)
      throws UntrustedServer {
    Fingerprint seen = connection.serverKey();
    if (!server.fingerprint().orElse(seen).equals(seen)) {
      throw new UntrustedServer(seen, server.fingerprint());
    }
    return new ConnectionString(server.host(), server.port(), Optional.of(seen));
  }

  /** Finds out about an account of which this device does not know whether the server has it. */
  private Optional<LocalAccount> settle(
      Connection connection, ConnectionString server, UserName user)
      throws AlreadyLoggedIn, IOException {
    Optional<LocalAccount> kept = folder.read().map(this::local);
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    LocalAccount account = kept.get();
    if (account.state().confirmed()) {
      account.close();
      throw new AlreadyLoggedIn(account.user());
    }
    if (account.user().equals(user)
        && account.server().fingerprint().equals(server.fingerprint())) {
      try {
        account.logIn(connection);
        return kept;
      } catch (DeviceRefused e) {
        if (e.code() != ErrorCode.LOGIN_FAILED && e.code() != ErrorCode.DEVICE_REVOKED) {
          account.close();
          throw e;
        }
      }
    }
    account.logOut();
    return Optional.empty();
  }

  /** As exact as a link can say it. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
