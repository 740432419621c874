package org.anonymouscloud.storage.postgres;

import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.testing.PostgresForTests;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.core.testing.SharedDatabaseContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresForTests.class)
class PostgresContractTest extends SharedDatabaseContract {
  private final PostgresServer server;

  PostgresContractTest(PostgresServer server) {
    this.server = server;
  }

  @Override
  protected Database database() {
    return new PostgresDatabase();
  }

  @Override
  protected DatabaseSettings newDatabase(Path folder) throws Exception {
    return new DatabaseSettings(folder, Optional.of(server.newDatabase()));
  }
}
