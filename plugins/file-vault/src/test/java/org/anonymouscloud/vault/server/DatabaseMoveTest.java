package org.anonymouscloud.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.DatabaseState.Standing;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.copy.DatabaseMove;
import org.anonymouscloud.core.testing.ChildProgram;
import org.anonymouscloud.core.testing.PostgresForTests;
import org.anonymouscloud.core.testing.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** All rows of a server move from one kind of database to the other, whatever comes between. */
@ExtendWith(PostgresForTests.class)
final class DatabaseMoveTest {
  /** Rows of the table of migrations: five scripts of the core, two of the vault. */
  private static final long HISTORY = 7;

  /** Set to 100000 for the measurement that docs/performance.md tells of. */
  private static final int ACCOUNTS = Integer.getInteger("anoncloud.test.accounts", 1_000);

  private static final int FEW = 20;

  private final PostgresServer postgres;
  @TempDir private Path folder;

  DatabaseMoveTest(PostgresServer postgres) {
    this.postgres = postgres;
  }

  @Test
  void aMoveThereAndBackThatIsKilledThreeTimesEachWayLosesNothing() throws Exception {
    String sqlite = folder.toString();
    String address = postgres.newDatabase();
    Digest before;
    try (OpenDatabase database = Mover.open(sqlite)) {
      ManyAccounts.fill(database, ACCOUNTS);
      before = ManyAccounts.digest(database);
    }

    moveWithThreeKills(sqlite, address, false);
    assertSame(address, before);
    assertNotServed(sqlite, "moved to postgres");

    moveWithThreeKills(address, sqlite, true);
    assertSame(sqlite, before);
    assertNotServed(address, "moved to sqlite");
  }

  private void moveWithThreeKills(String from, String to, boolean replace) throws Exception {
    long rows = (long) ACCOUNTS * ManyAccounts.ROWS;
    for (int kill = 0; kill < 3; kill++) {
      Path output = Files.createTempFile(folder, "mover", "");
      Process mover = ChildProgram.start(Mover.class, output, from, to, Boolean.toString(replace));
      // Twice while rows are copied, once while they are compared.
      long until = kill < 2 ? rows / 4 : rows / 2 + rows / 4;
      ChildProgram.awaitLine(mover, output, Mover.line(until / 1_000 * 1_000));
      mover.destroyForcibly();
      assertThat(mover.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(Files.readAllLines(output)).doesNotContain(Mover.DONE);
      assertNotServed(from, "migrate-database");
      assertNotServed(to, "not complete");
    }
    Path output = Files.createTempFile(folder, "mover", "");
    int exit = ChildProgram.run(Mover.class, output, from, to, Boolean.toString(replace));
    assertThat(exit).as(Files.readString(output)).isZero();
    // All that is left to do is to compare: what was copied before a kill is not copied again.
    assertThat(Files.readAllLines(output)).contains(Mover.line(rows + HISTORY) + " in all");
  }

  private static void assertSame(String place, Digest before) throws Exception {
    try (OpenDatabase database = Mover.open(place)) {
      assertThat(ManyAccounts.digest(database)).isEqualTo(before);
      assertThat(database.read(DatabaseState::of).standing()).isEqualTo(Standing.READY);
    }
  }

  private static void assertNotServed(String place, String why) {
    try (OpenDatabase database = Mover.open(place)) {
      assertThatThrownBy(() -> database.migrate(AccountService.tables()))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining(why);
    }
  }

  @Test
  void aDatabaseThatIsInUseIsNotMovedTo() throws Exception {
    try (OpenDatabase from = Mover.open(folder.toString());
        OpenDatabase to = Mover.open(postgres.newDatabase())) {
      ManyAccounts.fill(from, FEW);
      ManyAccounts.fill(to, FEW / 2);
      Digest old = ManyAccounts.digest(to);

      assertThatThrownBy(() -> move(from, to).run(true, rows -> {}))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("has tables already");

      assertThat(ManyAccounts.digest(to)).isEqualTo(old);
      assertThat(from.read(DatabaseState::of)).isEqualTo(DatabaseState.READY);
    }
  }

  @Test
  void whatWasMovedAwayIsReplacedOnlyWhenAskedFor() throws Exception {
    try (OpenDatabase first = Mover.open(folder.resolve("first").toString());
        OpenDatabase second = Mover.open(folder.resolve("second").toString());
        OpenDatabase third = Mover.open(folder.resolve("third").toString())) {
      ManyAccounts.fill(first, FEW);
      move(first, second).run(false, rows -> {});
      ManyAccounts.fill(third, FEW / 2);
      Digest newest = ManyAccounts.digest(third);

      assertThatThrownBy(() -> move(third, first).run(false, rows -> {}))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("--replace");
      move(third, first).run(true, rows -> {});

      assertThat(ManyAccounts.digest(first)).isEqualTo(newest);
    }
  }

  @Test
  void aRowThatIsNotTheSameIsFoundAndTheOldDatabaseStays() throws Exception {
    try (OpenDatabase from = Mover.open(folder.toString());
        OpenDatabase to = Mover.open(postgres.newDatabase())) {
      ManyAccounts.fill(from, FEW);
      Digest before = ManyAccounts.digest(from);
      for (String damage :
          List.of(
              "UPDATE vault_roots SET root = '\\x00' WHERE drive ="
                  + " (SELECT min(drive) FROM vault_roots)",
              "DELETE FROM vault_space WHERE drive =" + " (SELECT max(drive) FROM vault_space)",
              "UPDATE vault_packs SET expires = NULL")) {
        AtomicLong copied = new AtomicLong();
        assertThatThrownBy(
                () ->
                    move(from, to)
                        .run(
                            true,
                            rows -> {
                              // The copy of the last row is told before the first is compared.
                              if (copied.addAndGet(rows) == (long) FEW * ManyAccounts.ROWS) {
                                run(to, damage);
                              }
                            }))
            .as(damage)
            .isInstanceOf(DatabaseUnavailable.class)
            .hasMessageContaining("not the same");

        assertThat(to.read(DatabaseState::of).standing()).isEqualTo(Standing.FILLING);
        DatabaseMove.cancel(from);
        assertThat(from.read(DatabaseState::of)).isEqualTo(DatabaseState.READY);
        assertThat(ManyAccounts.digest(from)).isEqualTo(before);
      }
      move(from, to).run(true, rows -> {});
      assertThat(ManyAccounts.digest(to)).isEqualTo(before);
    }
  }

  @Test
  void aMoveCutOffAtItsVeryEndIsFinishedWithoutAnythingServedTwice() throws Exception {
    try (OpenDatabase from = Mover.open(folder.toString());
        OpenDatabase to = Mover.open(postgres.newDatabase())) {
      ManyAccounts.fill(from, FEW);
      move(from, to).run(false, rows -> {});
      // As it is after the old one is marked and before the new one is.
      String work = from.read(DatabaseState::of).work();
      to.<Void, RuntimeException>write(
          handle -> {
            new DatabaseState(Standing.FILLING, work, "sqlite").put(handle);
            return null;
          });

      assertThat(move(from, to).run(false, rows -> {}).rows())
          .isEqualTo((long) FEW * ManyAccounts.ROWS + HISTORY);
      assertThat(to.read(DatabaseState::of)).isEqualTo(DatabaseState.READY);
      assertThatThrownBy(() -> move(from, to).run(false, rows -> {}))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("have moved to");
    }
  }

  @Test
  void aValueOfTheWrongTypeIsNamedAndNotTurnedIntoAnother() throws Exception {
    try (OpenDatabase from = Mover.open(folder.toString());
        OpenDatabase to = Mover.open(postgres.newDatabase())) {
      ManyAccounts.fill(from, FEW);
      run(from, "UPDATE accounts SET quota = 'plenty'");

      assertThatThrownBy(() -> move(from, to).run(false, rows -> {}))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("'accounts'");
    }
  }

  @Test
  void tablesThatNobodyKnowsStopTheMoveBeforeItBegins() throws Exception {
    try (OpenDatabase from = Mover.open(folder.toString());
        OpenDatabase to = Mover.open(postgres.newDatabase())) {
      ManyAccounts.fill(from, FEW);

      assertThatThrownBy(
              () ->
                  new DatabaseMove(from, "sqlite", to, "postgres", List.of(AccountService.tables()))
                      .run(false, rows -> {}))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("'vault'");
      assertThat(from.read(DatabaseState::of)).isEqualTo(DatabaseState.READY);
    }
  }

  private static void run(OpenDatabase database, String statement) {
    database.<Integer, RuntimeException>write(handle -> handle.execute(statement));
  }

  private static DatabaseMove move(OpenDatabase from, OpenDatabase to) {
    return new DatabaseMove(from, "sqlite", to, "postgres", ManyAccounts.HOLDINGS.scripts());
  }
}
