package org.anonymouscloud.storage.postgres;

import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.pf4j.Extension;

/** PostgreSQL, at the address of {@code --database-url}; see {@link PostgresAddress}. */
@Extension
public final class PostgresDatabase implements Database {
  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public OpenDatabase open(DatabaseSettings settings) {
    return open(settings, NodeLock.SHARED);
  }

  @Override
  public OpenDatabase openAlone(DatabaseSettings settings) {
    return open(settings, NodeLock.ALONE);
  }

  private static OpenDatabase open(DatabaseSettings settings, NodeLock lock) {
    String url =
        settings
            .url()
            .orElseThrow(
                () ->
                    new DatabaseUnavailable(
                        "PostgreSQL needs --database-url postgresql://USER:PASSWORD@HOST/NAME."));
    return OpenPostgres.open(PostgresAddress.parse(url), lock);
  }
}
