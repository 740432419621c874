package org.anonymouscloud.client.agent.account;

import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.anonymouscloud.client.agent.api.Failures;
import org.anonymouscloud.client.agent.feature.LoggedInAccount;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.AlreadyLoggedIn;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.PreparedAccount;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.pairing.PairingCode;
import org.anonymouscloud.core.account.client.remote.WrongAccountKey;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.EmergencySheet;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;

/**
 * How an account comes to be on this device: registered, logged in, recovered, or brought in by
 * another device. Thread-safe.
 */
public final class ComingIn implements AutoCloseable {
  private static final int ID_BYTES = 16;

  private final CurrentAccount current;
  private final AccountClient client;
  private final Outside outside;
  private final AtomicReference<@Nullable Pending> pending = new AtomicReference<>();

  public ComingIn(CurrentAccount current, AccountClient client, Outside outside) {
    this.current = current;
    this.client = client;
    this.outside = outside;
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

  /** How an account is opened on a session. */
  @FunctionalInterface
  private interface Entering<X extends Exception> {
    LocalAccount on(Connection connection) throws X, AlreadyLoggedIn, Refused, IOException;
  }

  /**
   * An account that is ready but for the last step.
   *
   * @param id to {@link #finish} it
   * @param sheet what the person must keep; readable until this is finished or given up
   */
  public record Prepared(String id, EmergencySheet sheet) {}

  /**
   * Makes an account that the server does not have before {@link #finish}. It takes the place of
   * one that was prepared and not finished.
   *
   * @param password stays the caller's
   * @param invite of the server's owner, if there is one
   */
  public Prepared register(
      ConnectionString server,
      UserName user,
      Secret password,
      DeviceName device,
      Optional<InviteCode> invite)
      throws Problem, Refused, IOException {
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
  public Prepared recover(
      ConnectionString server,
      UserName user,
      RecoveryWords words,
      Secret password,
      DeviceName device,
      boolean keepDevices,
      boolean acceptLoss)
      throws Problem, Refused, IOException {
    return prepare(
        server,
        connection ->
            client.recover(
                connection, server, user, words, password, device, keepDevices, acceptLoss));
  }

  private Prepared prepare(ConnectionString server, Preparing preparing)
      throws Problem, Refused, IOException {
    return current.<Prepared, IOException>whileNobodyIsHere(
        () -> {
          close();
          Connection connection = outside.dial(server);
          Pending prepared = null;
          try {
            prepared =
                new Pending(
                    HexFormat.of().formatHex(RandomBytes.next(ID_BYTES)),
                    preparing.on(connection),
                    connection);
            pending.set(prepared);
            return new Prepared(prepared.id(), prepared.account().sheet());
          } catch (AlreadyLoggedIn e) {
            throw Failures.problem(e).orElseThrow();
          } finally {
            if (prepared == null) {
              connection.close();
            }
          }
        });
  }

  /** Gives a prepared account to the server and logs in. */
  public LoggedInAccount finish(String id) throws Problem, Refused, IOException {
    Pending prepared = pending.get();
    if (prepared == null || !prepared.id().equals(id) || !pending.compareAndSet(prepared, null)) {
      throw new Problem(
          Problem.Kind.NOT_FOUND, "What was begun was given up meanwhile; begin it once more.");
    }
    boolean done = false;
    try (PreparedAccount account = prepared.account()) {
      LoggedInAccount entered =
          current.<LoggedInAccount, IOException>change(
              () -> {
                // If the connection is cut in the last step, the account may be here all the same.
                current.lookAnew();
                return current.enter(account.finish(), prepared.connection());
              });
      done = true;
      return entered;
    } finally {
      if (!done) {
        prepared.connection().close();
      }
    }
  }

  /**
   * Opens an account on this device.
   *
   * @param password stays the caller's
   * @param accountKey stays the caller's
   */
  public LoggedInAccount login(
      ConnectionString server,
      UserName user,
      Secret password,
      AccountKey accountKey,
      DeviceName device)
      throws Problem, WrongAccountKey, Refused, IOException {
    return this.<WrongAccountKey>comeIn(
        server, connection -> client.login(connection, server, user, password, accountKey, device));
  }

  /**
   * Comes into the account of another device.
   *
   * @param code stays the caller's
   */
  public LoggedInAccount join(ConnectionString server, PairingCode code, DeviceName device)
      throws Problem, Refused, IOException {
    return this.<IOException>comeIn(
        server, connection -> client.pair(connection, server, code, device));
  }

  private <X extends Exception> LoggedInAccount comeIn(
      ConnectionString server, Entering<X> entering) throws X, Problem, Refused, IOException {
    return current.<LoggedInAccount, X>whileNobodyIsHere(
        () -> {
          Connection connection = outside.dial(server);
          boolean done = false;
          try {
            LoggedInAccount entered = current.enter(entering.on(connection), connection);
            done = true;
            return entered;
          } catch (AlreadyLoggedIn e) {
            throw Failures.problem(e).orElseThrow();
          } finally {
            if (!done) {
              connection.close();
            }
          }
        });
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

  /** What was prepared and not finished is given up. */
  @Override
  public void close() {
    Pending left = pending.getAndSet(null);
    if (left != null) {
      left.close();
    }
  }
}
