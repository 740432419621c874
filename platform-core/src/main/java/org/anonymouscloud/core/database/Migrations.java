package org.anonymouscloud.core.database;

import java.util.Arrays;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/** Runs the scripts of {@link OpenDatabase#migrate}, for every database alike, with Flyway. */
public final class Migrations {
  private static final Pattern OWNER = Pattern.compile("[a-z]{1,40}");

  private Migrations() {}

  /**
   * Brings the tables of one owner up to date. The history is kept in the table {@code
   * flyway_OWNER}. One call at a time in this process; Flyway keeps other processes out where the
   * database can.
   *
   * @param database gives connections that no other thread uses
   * @throws DatabaseUnavailable if a script fails, or the tables are newer than the scripts
   */
  public static void run(DataSource database, String owner, Class<?> migrations, String location) {
    if (!OWNER.matcher(owner).matches()) {
      throw new IllegalArgumentException("An owner of tables is named by lower-case letters.");
    }
    try {
      Flyway flyway = flyway(database, owner, migrations, location);
      for (MigrationInfo script : flyway.info().all()) {
        // A table that an older program does not understand must not be touched by it.
        if (script.getState().isApplied() && !script.getState().isResolved()) {
          throw new DatabaseUnavailable(
              "The tables of "
                  + owner
                  + " were made by a newer version of the program. Nothing was changed. Install"
                  + " that version again, or restore a backup from before.");
        }
      }
      flyway.migrate();
    } catch (FlywayException e) {
      throw new DatabaseUnavailable(
          "The tables of "
              + owner
              + " could not be brought up to date. Keep a copy of the database and report this: "
              + firstLine(e),
          e);
    }
  }

  private static Flyway flyway(
      DataSource database, String owner, Class<?> migrations, String location) {
    return Flyway.configure(migrations.getClassLoader())
        .dataSource(database)
        .locations("classpath:" + location)
        .failOnMissingLocations(true)
        .table("flyway_" + owner)
        // Other owners' tables may be there first; each owner's own scripts begin at 1.
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .ignoreMigrationPatterns(new String[0])
        .load();
  }

  private static String firstLine(FlywayException e) {
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return Arrays.stream(text.split("\n")).filter(line -> !line.isBlank()).findFirst().orElse("");
  }
}
