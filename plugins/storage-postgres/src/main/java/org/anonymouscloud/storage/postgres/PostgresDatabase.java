package org.anonymouscloud.storage.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalInt;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.pf4j.Extension;

/** PostgreSQL, at the address of {@code --database-url}; see {@link PostgresAddress}. */
@Extension
public final class PostgresDatabase implements Database {
  /** A limit of -1 is none. */
  private static final String CONNECTIONS =
      """
      SELECT least(
        current_setting('max_connections')::int
          - current_setting('superuser_reserved_connections')::int,
        (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()),
        (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user))
      """;

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

  /** The least of what the server, the database and the user are allowed. */
  @Override
  public OptionalInt connections(DatabaseSettings settings) {
    PostgresAddress address = address(settings);
    try (Connection connection = address.source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(CONNECTIONS)) {
      row.next();
      return OptionalInt.of(row.getInt(1));
    } catch (SQLException e) {
      throw new PostgresFailures(address).of(e);
    }
  }

  private static OpenDatabase open(DatabaseSettings settings, NodeLock lock) {
    return OpenPostgres.open(address(settings), lock);
  }

  private static PostgresAddress address(DatabaseSettings settings) {
    return PostgresAddress.parse(
        settings
            .url()
            .orElseThrow(
                () ->
                    DatabaseUnavailable.wrongSetting(
                        "PostgreSQL needs --database-url postgresql://USER:PASSWORD@HOST/NAME.")));
  }
}
