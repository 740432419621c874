package org.anonymouscloud.core.database.copy;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The rows of a table in the order of their keys, a few in memory at a time. Not thread-safe. */
final class RowCursor implements AutoCloseable {
  private static final int FETCHED_AT_ONCE = 500;

  private final Table table;
  private final PreparedStatement statement;
  private final ResultSet rows;

  private RowCursor(Table table, PreparedStatement statement) throws SQLException {
    this.table = table;
    this.statement = statement;
    this.rows = statement.executeQuery();
  }

  /**
   * All rows.
   *
   * @param handle within a transaction, without which PostgreSQL would send all rows at once
   * @param byteOrder of the database
   */
  static RowCursor all(Handle handle, Table table, String byteOrder) {
    return open(handle, table, table.selectAll(byteOrder), none -> {});
  }

  /** As {@link #all}, the rows that come after one. */
  static RowCursor after(Handle handle, Table table, Row last, String byteOrder) {
    return open(
        handle,
        table,
        table.selectAfter(byteOrder),
        statement -> {
          for (int i = 0; i < table.key().size(); i++) {
            int column = table.key().get(i);
            table.columns().get(column).type().write(statement, i + 1, last.values()[column]);
          }
        });
  }

  /** The row with the last key. */
  static Optional<Row> last(Handle handle, Table table, String byteOrder) {
    try (RowCursor cursor = open(handle, table, table.selectLast(byteOrder), none -> {})) {
      return Optional.ofNullable(cursor.next());
    }
  }

  private interface Parameters {
    void bind(PreparedStatement statement) throws SQLException;
  }

  private static RowCursor open(Handle handle, Table table, String query, Parameters parameters) {
    try {
      PreparedStatement statement = handle.getConnection().prepareStatement(query);
      try {
        statement.setFetchSize(FETCHED_AT_ONCE);
        parameters.bind(statement);
        return new RowCursor(table, statement);
      } catch (SQLException e) {
        statement.close();
        throw e;
      }
    } catch (SQLException e) {
      throw unreadable(table, e);
    }
  }

  /** The next row; null after the last. */
  @Nullable Row next() {
    try {
      if (!rows.next()) {
        return null;
      }
      @Nullable Object[] values = new Object[table.columns().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = table.columns().get(i).type().read(rows, i + 1);
      }
      return new Row(values);
    } catch (SQLException e) {
      throw unreadable(table, e);
    }
  }

  private static DatabaseUnavailable unreadable(Table table, SQLException e) {
    return new DatabaseUnavailable(
        "A row of the table '" + table.name() + "' cannot be read: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      statement.close();
    } catch (SQLException e) {
      throw unreadable(table, e);
    }
  }
}
