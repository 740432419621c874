package org.anonymouscloud.core.server;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.anonymouscloud.core.account.server.password.ServerSecrets;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.WatchedDatabase;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.session.server.ServerKey;
import org.anonymouscloud.core.session.server.SessionThreads;
import org.anonymouscloud.core.worker.WorkerEnd;

/** The part of a server that a worker process is: it serves one client and ends. */
public final class WorkerServer {
  private WorkerServer() {}

  /**
   * Opens what the server's listener has made and locked, and serves the client that it passes on.
   * Returns when the client or the listener has gone.
   *
   * @param options those of the listener's server
   * @param offered the same features
   * @throws IOException if something cannot be opened
   */
  public static void run(
      WorkerEnd listener,
      ServerOptions options,
      Database kind,
      List<ServerFeature> offered,
      Clock clock)
      throws IOException {
    DatabaseSettings where = new DatabaseSettings(options.data(), options.databaseUrl());
    try (ServerKey key = ServerKey.open(KeyFiles.key(options.data()));
        ServerSecrets secrets = ServerSecrets.open(KeyFiles.secrets(options.data()));
        OpenDatabase database = new WatchedDatabase(kind.open(where), listener.signals());
        Services services =
            Services.start(
                options, options.data(), database, secrets, listener.seats(), offered, clock)) {
      listener.serve(
          new SessionThreads(
              key, options.limits(), session -> services.handler(session, listener)));
    } catch (CannotStart e) {
      // The listener has met the same folder and database, and let them pass.
      throw new IOException(e.getMessage(), e);
    }
  }
}
