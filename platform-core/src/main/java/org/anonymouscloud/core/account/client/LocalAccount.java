package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.NewDevice;
import org.anonymouscloud.core.account.client.local.AccountFolder;
import org.anonymouscloud.core.account.client.local.FeatureState;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.Messages;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.session.UntrustedServer;
import org.anonymouscloud.core.wire.Refused;

/**
 * The account of this device with its keys in memory, whether or not the server can be reached.
 * Thread-safe, but closed only when nobody uses it any more.
 */
public final class LocalAccount implements AutoCloseable {
  private static final String OWN_LABELS = "anonymouscloud/account/";

  private final AccountFolder.Kept kept;

  LocalAccount(AccountFolder.Kept kept) {
    this.kept = kept;
  }

  public AccountId account() {
    return state().account();
  }

  public DeviceId device() {
    return state().device();
  }

  public UserName user() {
    return state().user();
  }

  /** Where the account is, always with the server's pinned key. */
  public ConnectionString server() {
    return state().server();
  }

  /** A copy of the account key, for bringing in another device. The caller closes it. */
  public AccountKey accountKey() {
    return AccountKey.of(state().accountKey().copy());
  }

  /** The newest generation of the root secret, counted from 0. */
  public int generation() {
    return state().roots().size() - 1;
  }

  /**
   * A feature's own secret of 32 bytes. The caller closes it.
   *
   * @param feature 1 to 32 of a-z, 0-9 and hyphens, a letter first
   * @param generation from 0 to {@link #generation}
   */
  public Secret featureSecret(String feature, int generation) {
    return state().roots().get(generation).feature(feature);
  }

  /**
   * Signs with this device's key.
   *
   * @param label what is signed, a constant of the feature's format
   * @throws IllegalArgumentException if the label is one of the account protocol itself: else a
   *     feature could be talked into a login
   */
  public byte[] sign(String label, byte[] message) {
    if (label.startsWith(OWN_LABELS)) {
      throw new IllegalArgumentException("This label belongs to the account protocol.");
    }
    return Signatures.sign(state().deviceKey(), label, message);
  }

  /** The values that a feature keeps on this device. */
  public FeatureState state(String feature) {
    return kept.feature(feature);
  }

  /**
   * The account with a link to its server, which connects when it is first needed.
   *
   * @param dialer opens sessions with {@link #server}
   * @return closed by the caller, before this account
   */
  public OnlineAccount connect(Dialer dialer) {
    return new OnlineAccount(this, dialer);
  }

  /** Forgets the account: nothing of it stays on the disk or in memory. */
  public void logOut() throws IOException {
    kept.remove();
  }

  /** Wipes the keys from memory; what is on the disk stays. */
  @Override
  public void close() {
    kept.close();
  }

  LocalState state() {
    return kept.state();
  }

  /**
   * Logs this device in on a session, by a signature that holds in this session alone (A14).
   *
   * @throws UntrustedServer if the session is with another server than the pinned one
   * @throws DeviceRefused if the server does not let it in
   */
  void logIn(Connection connection) throws IOException {
    LocalState state = state();
    Optional<Fingerprint> pinned = state.server().fingerprint();
    if (!pinned.equals(Optional.of(connection.serverKey()))) {
      throw new UntrustedServer(connection.serverKey(), pinned);
    }
    byte[] message =
        AccountMethod.deviceLogin(state.account(), state.device(), connection.handshakeHash());
    byte[] signature =
        Signatures.sign(state.deviceKey(), AccountMethod.DEVICE_LOGIN_LABEL, message);
    try {
      new AccountQuestions(connection)
          .tell(
              AccountMethod.DEVICE_LOGIN,
              new Messages.DeviceLogin(state.account().bytes(), state.device().bytes(), signature));
    } catch (Refused e) {
      throw new DeviceRefused(e);
    }
    kept.confirm();
  }

  /**
   * Fetches the chain, refuses one that is not at least what this device has seen, and notes for
   * good how far it has come before anything of it is used (A13, A23).
   *
   * @param link on which this device is logged in
   */
  ChainState chain(Link link) throws IOException {
    ChainState chain;
    try {
      chain = new AccountQuestions(link).chain(state().floor()).state();
    } catch (Refused e) {
      throw new IOException("The server did not give the account's chain: " + e.getMessage(), e);
    }
    VerifyKey own = state().deviceKey().verifyKey();
    if (!chain.account().equals(account())
        || !chain.device(device()).map(NewDevice::signingKey).equals(Optional.of(own))) {
      throw new AccountTampered(new ChainRefused(ChainRefused.Reason.WRONG_ACCOUNT));
    }
    kept.raise(chain.head());
    return chain;
  }

  @Override
  public String toString() {
    return "LocalAccount";
  }
}
