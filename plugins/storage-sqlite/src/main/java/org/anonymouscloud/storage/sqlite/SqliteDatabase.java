package org.anonymouscloud.storage.sqlite;

import java.nio.file.Files;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.pf4j.Extension;

/** SQLite, in the file {@value SqliteFile#NAME} of the data folder. */
@Extension
public final class SqliteDatabase implements Database {
  @Override
  public String name() {
    return "sqlite";
  }

  @Override
  public OpenDatabase open(DatabaseSettings settings) {
    requireNoUrl(settings);
    return OpenSqlite.open(SqliteFile.in(settings.folder()));
  }

  @Override
  public boolean exists(DatabaseSettings settings) {
    return Files.exists(settings.folder().resolve(SqliteFile.NAME));
  }

  /**
   * One that is not there yet will be made when it is opened, and there is nothing to look at. Of
   * one that is there all is read: a start meets only what it happens to read.
   */
  @Override
  public void check(DatabaseSettings settings) {
    requireNoUrl(settings);
    if (exists(settings)) {
      try (OpenDatabase open = open(settings)) {
        open.read(DatabaseState::of).checkServed();
        open.checkForDamage();
      }
    }
  }

  private static void requireNoUrl(DatabaseSettings settings) {
    if (settings.url().isPresent()) {
      throw DatabaseUnavailable.wrongSetting(
          "SQLite needs no --database-url: its file lies in the data folder. Leave the option out,"
              + " or choose --database postgres.");
    }
  }
}
