package org.anonymouscloud.storage.sqlite;

import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.testing.SharedContactsContract;

class SqliteSharedContactsTest extends SharedContactsContract {
  @Override
  protected Database plugin() {
    return new SqliteDatabase();
  }

  @Override
  protected DatabaseSettings newDatabase(Path folder) {
    return new DatabaseSettings(folder, Optional.empty());
  }
}
