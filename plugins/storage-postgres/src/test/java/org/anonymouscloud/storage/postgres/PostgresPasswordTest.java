package org.anonymouscloud.storage.postgres;

import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.testing.PasswordContract;
import org.anonymouscloud.core.testing.PostgresForTests;
import org.anonymouscloud.core.testing.PostgresServer;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresForTests.class)
class PostgresPasswordTest extends PasswordContract {
  private final PostgresServer server;

  PostgresPasswordTest(PostgresServer server) {
    this.server = server;
  }

  @Override
  protected OpenDatabase newDatabase(Path folder) throws Exception {
    return new PostgresDatabase()
        .open(new DatabaseSettings(folder, Optional.of(server.newDatabase())));
  }
}
