package org.anonymouscloud.storage.sqlite;

import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.testing.WorkersContract;

class WorkersOnSqliteTest extends WorkersContract {
  @Override
  protected Database plugin() {
    return new SqliteDatabase();
  }

  @Override
  protected Optional<String> newDatabase() {
    return Optional.empty();
  }
}
