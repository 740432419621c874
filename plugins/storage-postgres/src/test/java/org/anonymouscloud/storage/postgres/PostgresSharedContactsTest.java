package org.anonymouscloud.storage.postgres;

import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.testing.PostgresForTests;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.core.testing.SharedContactsContract;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Eighty seconds, and what a client does depends little on the database: what the server does is in
 * {@link PostgresAccountServiceTest}, which always runs. With {@code -Danoncloud.test.full=true}.
 */
@EnabledIfSystemProperty(named = "anoncloud.test.full", matches = "true")
@ExtendWith(PostgresForTests.class)
class PostgresSharedContactsTest extends SharedContactsContract {
  private final PostgresServer server;

  PostgresSharedContactsTest(PostgresServer server) {
    this.server = server;
  }

  @Override
  protected Database plugin() {
    return new PostgresDatabase();
  }

  @Override
  protected DatabaseSettings newDatabase(Path folder) throws Exception {
    return new DatabaseSettings(folder, Optional.of(server.newDatabase()));
  }
}
