package org.anonymouscloud.storage.postgres;

import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.testing.PostgresForTests;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.core.testing.ServerContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresForTests.class)
class ServerOnPostgresTest extends ServerContract {
  private final PostgresServer server;

  ServerOnPostgresTest(PostgresServer server) {
    this.server = server;
  }

  @Override
  protected Database plugin() {
    return new PostgresDatabase();
  }

  @Override
  protected Optional<String> newDatabase() throws Exception {
    return Optional.of(server.newDatabase());
  }
}
