package org.anonymouscloud.vault.server;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.copy.DatabaseMove;
import org.anonymouscloud.storage.postgres.PostgresDatabase;
import org.anonymouscloud.storage.sqlite.SqliteDatabase;

/** A process that moves a database and says how far it is, so that it can be killed on the way. */
final class Mover {
  static final String DONE = "done";
  private static final long STEP = 1_000;

  private Mover() {}

  /** The database in a folder, or at an address. */
  static OpenDatabase open(String place) {
    boolean address = place.startsWith("postgresql:");
    Database kind = address ? new PostgresDatabase() : new SqliteDatabase();
    return kind.openAlone(
        new DatabaseSettings(
            Path.of(address ? "unused" : place), Optional.of(place).filter(p -> address)));
  }

  static String kind(String place) {
    return place.startsWith("postgresql:") ? "postgres" : "sqlite";
  }

  /** Says it when each further thousand of rows is copied or compared. */
  static String line(long rows) {
    return "rows " + rows;
  }

  /**
   * @param arguments from where, to where, and whether to replace
   */
  public static void main(String[] arguments) {
    AtomicLong rows = new AtomicLong();
    AtomicLong said = new AtomicLong();
    try (OpenDatabase from = open(arguments[0]);
        OpenDatabase to = open(arguments[1])) {
      new DatabaseMove(
              from, kind(arguments[0]), to, kind(arguments[1]), ManyAccounts.HOLDINGS.scripts())
          .run(
              Boolean.parseBoolean(arguments[2]),
              more -> {
                rows.addAndGet(more);
                while (said.get() + STEP <= rows.get()) {
                  System.out.println(line(said.addAndGet(STEP)));
                }
              });
    }
    System.out.println(line(rows.get()) + " in all");
    System.out.println(DONE);
  }
}
