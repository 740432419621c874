package org.anonymouscloud.storage.postgres;

import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.testing.PostgresForTests;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.core.testing.WorkersContract;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Much the same as on SQLite, but for what the database does; with {@code
 * -Danoncloud.test.full=true}.
 */
@EnabledIfSystemProperty(named = "anoncloud.test.full", matches = "true")
@ExtendWith(PostgresForTests.class)
class WorkersOnPostgresTest extends WorkersContract {
  private final PostgresServer server;

  WorkersOnPostgresTest(PostgresServer server) {
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
