package org.anonymouscloud.core.database.copy;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The types that tables may use; each means the same on every database. */
enum ColumnType {
  /** Holds a {@link String}. */
  TEXT,
  /** Holds a {@link Long}. */
  BIGINT,
  /** Holds a {@code byte[]}. */
  BYTEA;

  /** By the name that a database gives; PostgreSQL says {@code int8} for {@code BIGINT}. */
  static Optional<ColumnType> of(String name) {
    return switch (name.toUpperCase(Locale.ROOT)) {
      case "TEXT" -> Optional.of(TEXT);
      case "BIGINT", "INT8" -> Optional.of(BIGINT);
      case "BYTEA" -> Optional.of(BYTEA);
      default -> Optional.empty();
    };
  }

  /**
   * The value in a column, exactly as it is there: SQLite would hold a text in a column of numbers
   * and the driver would turn it into one, silently.
   *
   * @throws SQLException if it is of another type
   */
  @Nullable Object read(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    return switch (value) {
      case null -> null;
      case Integer number when this == BIGINT -> (long) number;
      case Long number when this == BIGINT -> number;
      case String text when this == TEXT -> text;
      case byte[] bytes when this == BYTEA -> bytes;
      default -> throw new SQLException("A column of " + this + " holds something else.");
    };
  }

  void write(PreparedStatement statement, int column, @Nullable Object value) throws SQLException {
    switch (value) {
      case null ->
          statement.setNull(
              column,
              switch (this) {
                case TEXT -> Types.VARCHAR;
                case BIGINT -> Types.BIGINT;
                case BYTEA -> Types.BINARY;
              });
      case Long number -> statement.setLong(column, number);
      case String text -> statement.setString(column, text);
      case byte[] bytes -> statement.setBytes(column, bytes);
      default -> throw new IllegalArgumentException("No column holds a " + value.getClass());
    }
  }
}
