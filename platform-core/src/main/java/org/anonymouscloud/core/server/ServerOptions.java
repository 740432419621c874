package org.anonymouscloud.core.server;

import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.server.SessionLimits;
import org.anonymouscloud.core.worker.WorkerProgram;

/**
 * What a server's owner decides.
 *
 * @param data the folder of keys, packs and, for some databases, the database
 * @param listen where sessions are accepted
 * @param publicAddress where clients reach that from outside, if the owner has said so
 * @param databaseUrl where the database is, if it is not in the data folder; with credentials,
 *     never logged
 * @param maxUsers accounts that are logged in at once, at least 1
 * @param accounts who may make an account, and how large it may grow
 * @param limits of connections and sessions
 * @param metrics where {@code /health} and {@code /metrics} are told, if anywhere
 * @param workers what serves each connection in a process of its own; empty if this process serves
 *     them all
 */
public record ServerOptions(
    Path data,
    ListenAddress listen,
    Optional<PublicAddress> publicAddress,
    Optional<String> databaseUrl,
    int maxUsers,
    AccountPolicy accounts,
    SessionLimits limits,
    Optional<ListenAddress> metrics,
    Optional<WorkerProgram> workers) {
  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public ServerOptions {
    if (maxUsers < 1) {
      throw new IllegalArgumentException("A server is for at least one user.");
    }
  }

  /**
   * The same decisions for another place.
   *
   * @param folder the database is in it
   */
  public ServerOptions at(Path folder, ListenAddress address) {
    return new ServerOptions(
        folder,
        address,
        Optional.empty(),
        Optional.empty(),
        maxUsers,
        accounts,
        limits,
        metrics,
        workers);
  }

  /**
   * What clients are told.
   *
   * @param port where sessions are accepted
   * @throws CannotStart if there is no such machine as {@link #listen} names
   */
  public ConnectionString connectionString(int port, Fingerprint fingerprint) throws CannotStart {
    return publicAddress.isPresent()
        ? publicAddress.get().connectionString(port, fingerprint)
        : new ConnectionString(listen.reachableHost(), port, Optional.of(fingerprint));
  }

  @Override
  public String toString() {
    return "ServerOptions[" + data + ", " + listen + "]";
  }
}
