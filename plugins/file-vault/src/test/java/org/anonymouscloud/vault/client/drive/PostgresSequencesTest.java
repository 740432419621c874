package org.anonymouscloud.vault.client.drive;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.testing.PostgresForTests;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.storage.postgres.PostgresDatabase;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresForTests.class)
final class PostgresSequencesTest extends SequencesContract {
  private final PostgresServer postgres;

  PostgresSequencesTest(PostgresServer postgres) {
    this.postgres = postgres;
  }

  @Override
  OpenDatabase open(Path folder) throws SQLException {
    return new PostgresDatabase()
        .open(new DatabaseSettings(folder, Optional.of(postgres.newDatabase())));
  }
}
