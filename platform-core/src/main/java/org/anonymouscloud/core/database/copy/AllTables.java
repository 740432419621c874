package org.anonymouscloud.core.database.copy;

import java.util.List;
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

  /**
   * Reads each row.
   *
   * @param known the scripts of all who have tables
   * @param byteOrder of the database
   * @return how many there are
   * @throws org.anonymouscloud.core.database.DatabaseUnavailable if a row is damaged, or a table
   *     belongs to nobody known
   */
  public static long readAll(Handle handle, List<Migrations> known, String byteOrder) {
    TableScripts.of(handle, known);
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
