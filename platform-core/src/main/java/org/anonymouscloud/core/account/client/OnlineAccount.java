package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.NewDevice;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.session.Connection;
import org.jspecify.annotations.Nullable;

/**
 * A device's account with a link to its server. Each session it opens is logged in and has shown
 * the account's chain before it is used. Thread-safe.
 */
public final class OnlineAccount implements AutoCloseable {
  private final LocalAccount local;
  private final ReconnectingLink link;
  private volatile @Nullable ChainState chain;

  OnlineAccount(LocalAccount local, Dialer dialer) {
    this.local = local;
    this.link = new ReconnectingLink(() -> logIn(dialer.dial()));
  }

  private Connection logIn(Connection connection) throws IOException {
    try {
      local.logIn(connection);
      keep(local.chain(connection));
      return connection;
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Two checks may end in another order than they began in. */
  private synchronized ChainState keep(ChainState checked) {
    ChainState known = chain;
    if (known == null || known.head().seq() < checked.head().seq()) {
      chain = checked;
      return checked;
    }
    return known;
  }

  /** The account's keys and what this device keeps of it. */
  public LocalAccount local() {
    return local;
  }

  /**
   * The link to the server, logged in. Its requests fail with {@link DeviceRefused} if the server
   * does not let this device in, with {@link AccountTampered} if it shows another chain.
   */
  public ReconnectingLink link() {
    return link;
  }

  /**
   * Whether a device of this account, valid in its chain, made a signature. Asks the server when
   * the device is a new one.
   *
   * @return false for a wrong signature and for a device that is not in the chain
   * @throws IOException if the chain cannot be had
   */
  public boolean verify(DeviceId signer, String label, byte[] message, byte[] signature)
      throws IOException {
    ChainState known = chain;
    Optional<NewDevice> device = known == null ? Optional.empty() : known.device(signer);
    if (device.isEmpty()) {
      device = refresh().device(signer);
    }
    return device.isPresent()
        && Signatures.verify(device.get().signingKey(), label, message, signature);
  }

  private ChainState refresh() throws IOException {
    try {
      return keep(local.chain(link));
    } catch (AccountTampered e) {
      link.hangUp();
      throw e;
    }
  }

  /** Ends the session; the account stays logged in on this device. */
  @Override
  public void close() {
    link.close();
  }
}
