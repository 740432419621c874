package org.anonymouscloud.storage.sqlite;

import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.testing.MarkContract;

class SqliteMarkTest extends MarkContract {
  @Override
  protected OpenDatabase newDatabase(Path folder) {
    return new SqliteDatabase().open(new DatabaseSettings(folder, Optional.empty()));
  }
}
