package org.anonymouscloud.core.database.copy;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Puts rows into a table, many in one transaction: a commit waits for the disk. After a crash the
 * rows up to some point are there, and none after it. Not thread-safe.
 */
final class RowBatches {
  private static final int MAX_ROWS = 1_000;
  private static final long MAX_BYTES = 4L << 20;

  private final OpenDatabase database;
  private final Table table;
  private final LongConsumer progress;
  private final List<Row> waiting = new ArrayList<>();
  private long bytes;

  /**
   * @param progress is told how many rows have become durable since it was last called
   */
  RowBatches(OpenDatabase database, Table table, LongConsumer progress) {
    this.database = database;
    this.table = table;
    this.progress = progress;
  }

  void add(Row row) {
    waiting.add(row);
    for (Object value : row.values()) {
      bytes += size(value);
    }
    if (waiting.size() == MAX_ROWS || bytes > MAX_BYTES) {
      flush();
    }
  }

  private static int size(@Nullable Object value) {
    return switch (value) {
      case byte[] some -> some.length;
      case String text -> text.length();
      case null, default -> Long.BYTES;
    };
  }

  /** Makes all rows durable. */
  void flush() {
    if (!waiting.isEmpty()) {
      database.<Void, RuntimeException>write(
          handle -> {
            insert(handle);
            return null;
          });
      progress.accept(waiting.size());
      waiting.clear();
      bytes = 0;
    }
  }

  private void insert(Handle handle) {
    try (PreparedStatement statement = handle.getConnection().prepareStatement(table.insert())) {
      for (Row row : waiting) {
        for (int i = 0; i < row.values().length; i++) {
          table.columns().get(i).type().write(statement, i + 1, row.values()[i]);
        }
        statement.addBatch();
      }
      statement.executeBatch();
    } catch (SQLException e) {
      throw new DatabaseUnavailable(
          "Rows cannot be put into the table '" + table.name() + "': " + e.getMessage(), e);
    }
  }
}
