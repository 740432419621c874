package org.anonymouscloud.storage.sqlite;

import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.testing.ServerContract;

class ServerOnSqliteTest extends ServerContract {
  @Override
  protected Database plugin() {
    return new SqliteDatabase();
  }

  @Override
  protected Optional<String> newDatabase() {
    return Optional.empty();
  }
}
