package org.anonymouscloud.core.database.copy;

import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.jdbi.v3.core.Handle;

/** The tables of a database as a whole. Stateless. */
public final class AllTables {
  private AllTables() {}

  /** Whether there are none. */
  public static boolean isEmpty(OpenDatabase database) {
    return database.read(Catalog::of).isEmpty();
  }

  /** Deletes them with all that is in them, at once; the database's state stays. */
  public static void drop(OpenDatabase database) {
    List<Table> tables = database.read(Catalog::of);
    database.<Void, RuntimeException>write(
        handle -> {
          tables.reversed().forEach(table -> handle.execute("DROP TABLE " + table.name()));
          return null;
        });
  }

  /** The owners of tables: the core, and features that may no longer be there. */
  public static Set<String> owners(Handle handle) {
    return TableScripts.history(handle).keySet();
  }

  /** Deletes the tables of a feature with all that is in them, and what is known of its scripts. */
  public static void drop(Handle handle, String feature) {
    for (Table table : Catalog.of(handle).reversed()) {
      if (Migrations.isTableOf(feature, table.name())) {
        handle.execute("DROP TABLE " + table.name());
      }
    }
    handle.execute("DELETE FROM " + Catalog.HISTORY + " WHERE owner = ?", feature);
  }

  /** How many rows a feature's tables have. */
  public static long count(Handle handle, String feature) {
    return Catalog.of(handle).stream()
        .filter(table -> Migrations.isTableOf(feature, table.name()))
        .mapToLong(
            table ->
                handle.createQuery("SELECT COUNT(*) FROM " + table.name()).mapTo(Long.class).one())
        .sum();
  }

  /**
   * Reads each row.
   *
   * @param byteOrder of the database
   * @return how many there are
   * @throws org.anonymouscloud.core.database.DatabaseUnavailable if a row is damaged
   */
  public static long readAll(Handle handle, String byteOrder) {
    long rows = 0;
    for (Table table : Catalog.of(handle)) {
      try (RowCursor cursor = RowCursor.all(handle, table, byteOrder)) {
        while (cursor.next() != null) {
          rows++;
        }
      }
    }
    return rows;
  }
}
