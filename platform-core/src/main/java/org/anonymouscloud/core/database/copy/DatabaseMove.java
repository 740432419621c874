package org.anonymouscloud.core.database.copy;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.DatabaseState.Standing;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Moves all rows from one database to another. Nothing else may use either of them meanwhile.
 *
 * <p>A move that is cut off at any point goes on when it is run again: rows are put into a table in
 * the order of their keys, so the last one that is there tells where to go on. At no point may both
 * databases be served, and the new one only after each of its rows was compared with the old one's.
 * Not thread-safe.
 */
public final class DatabaseMove {
  private final OpenDatabase from;
  private final OpenDatabase to;
  private final String fromKind;
  private final String toKind;
  private final List<Migrations> scripts;

  /**
   * @param fromKind what the databases are called, like {@code sqlite}
   * @param scripts of all who have tables
   */
  public DatabaseMove(
      OpenDatabase from,
      String fromKind,
      OpenDatabase to,
      String toKind,
      List<Migrations> scripts) {
    this.from = from;
    this.to = to;
    this.fromKind = fromKind;
    this.toKind = toKind;
    this.scripts = List.copyOf(scripts);
  }

  /** How many rows were there to move, in how many tables. */
  public record Moved(int tables, long rows) {}

  /**
   * Runs the move, or what is left of it.
   *
   * @param replace whether the rows of a database that were moved away, or of a move or restore
   *     that was given up, may be deleted to make room
   * @param progress is told how many more rows are copied or compared
   * @throws DatabaseUnavailable if it cannot be done; what is in {@code from} stays as it is
   */
  public Moved run(boolean replace, LongConsumer progress) {
    List<Table> tables = from.read(Catalog::of);
    if (tables.isEmpty()) {
      throw new DatabaseUnavailable("The database is empty: there is nothing to move.");
    }
    TableScripts history = from.read(handle -> TableScripts.of(handle, scripts));
    DatabaseState work = begin(replace);
    if (from.read(DatabaseState::of).standing() == Standing.LEAVING) {
      history.makeTables(to);
      for (Table table : tables) {
        copy(table, progress);
      }
    }
    long rows = 0;
    for (Table table : tables) {
      rows += compare(table, progress);
    }
    finish(work);
    return new Moved(tables.size(), rows);
  }

  /** Takes back a move that is not finished; what it has copied stays where it is. */
  public static void cancel(OpenDatabase from) {
    from.<Void, RuntimeException>write(
        handle -> {
          if (DatabaseState.of(handle).standing() != Standing.LEAVING) {
            throw new DatabaseUnavailable(
                "There is no unfinished move of this database; nothing was changed.");
          }
          DatabaseState.READY.put(handle);
          return null;
        });
  }

  /** Marks both databases, and gives the mark of the old one. */
  private DatabaseState begin(boolean replace) {
    DatabaseState here = from.read(DatabaseState::of);
    DatabaseState there = to.read(DatabaseState::of);
    DatabaseState work =
        switch (here.standing()) {
          case READY ->
              new DatabaseState(
                  Standing.LEAVING, HexFormat.of().formatHex(RandomBytes.next(16)), toKind);
          case LEAVING, LEFT -> here;
          case FILLING -> {
            here.checkServed();
            throw new AssertionError();
          }
        };
    boolean same = there.work().equals(work.work());
    if (here.standing() == Standing.LEFT && !(same && there.standing() == Standing.FILLING)) {
      here.checkServed();
    }
    if (!work.other().equals(toKind)) {
      throw new DatabaseUnavailable(
          "A move of this database to "
              + work.other()
              + " has begun. Finish it, or take it back with --cancel.");
    }
    if (!(same && there.standing() == Standing.FILLING)) {
      makeRoom(there, replace);
      // The old one first: from now on nobody may change what is copied.
      mark(from, work);
      mark(to, new DatabaseState(Standing.FILLING, work.work(), fromKind));
    }
    return work;
  }

  private void makeRoom(DatabaseState there, boolean replace) {
    if (AllTables.isEmpty(to)) {
      return;
    }
    if (there.standing() == Standing.READY || there.standing() == Standing.LEAVING) {
      throw new DatabaseUnavailable(
          "The "
              + toKind
              + " database has tables already. Nothing was changed. Choose an empty one.");
    }
    if (!replace) {
      throw new DatabaseUnavailable(
          "The "
              + toKind
              + " database holds "
              + (there.standing() == Standing.LEFT
                  ? "the old rows of a move to " + there.other()
                  : "a part of another move or restore")
              + ". Nothing was changed. With --replace they are deleted to make room.");
    }
    AllTables.drop(to);
  }

  private static void mark(OpenDatabase database, DatabaseState state) {
    database.<Void, RuntimeException>write(
        handle -> {
          state.put(handle);
          return null;
        });
  }

  private void copy(Table table, LongConsumer progress) {
    if (table.name().equals(Catalog.HISTORY)) {
      return; // written as the scripts ran
    }
    Optional<Row> last = to.read(handle -> RowCursor.last(handle, table, to.byteOrder()));
    RowBatches batches = new RowBatches(to, table, progress);
    from.<Void, RuntimeException>read(
        handle -> {
          try (RowCursor rows =
              last.isPresent()
                  ? RowCursor.after(handle, table, last.get(), from.byteOrder())
                  : RowCursor.all(handle, table, from.byteOrder())) {
            for (Row row = rows.next(); row != null; row = rows.next()) {
              batches.add(row);
            }
            batches.flush();
          }
          return null;
        });
  }

  /** Compares all rows of a table; gives how many there are. */
  private long compare(Table table, LongConsumer progress) {
    return from.read(here -> to.read(there -> compare(table, here, there, progress)));
  }

  private long compare(Table table, Handle here, Handle there, LongConsumer progress) {
    long rows = 0;
    try (RowCursor ones = RowCursor.all(here, table, from.byteOrder());
        RowCursor others = RowCursor.all(there, table, to.byteOrder())) {
      while (true) {
        @Nullable Row one = ones.next();
        @Nullable Row other = others.next();
        if (one == null && other == null) {
          return rows;
        }
        if (one == null || other == null || !one.isSameAs(other)) {
          throw new DatabaseUnavailable(
              "Row "
                  + (rows + 1)
                  + " of the table '"
                  + table.name()
                  + "' is not the same in both databases. The move is not finished and the old"
                  + " database is as it was; take the move back with --cancel, and report this.");
        }
        rows++;
        progress.accept(1);
      }
    }
  }

  private void finish(DatabaseState work) {
    // In this order both refuse to be served if this is cut off, and the move can be repeated.
    mark(from, new DatabaseState(Standing.LEFT, work.work(), toKind));
    mark(to, DatabaseState.READY);
  }
}
