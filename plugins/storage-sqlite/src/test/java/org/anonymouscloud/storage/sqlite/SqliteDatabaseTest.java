package org.anonymouscloud.storage.sqlite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.wire.ErrorCode;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteCommitListener;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;

class SqliteDatabaseTest {
  private static final String NAME = "anoncloud.db";

  @TempDir private Path folder;

  private OpenDatabase open() {
    return open(folder);
  }

  private static OpenDatabase open(Path folder) {
    return new SqliteDatabase().open(new DatabaseSettings(folder, Optional.empty()));
  }

  private static void run(OpenDatabase database, String statement) {
    database.<Integer, RuntimeException>write(handle -> handle.execute(statement));
  }

  private static String ask(OpenDatabase database, String query) {
    return database.<String, RuntimeException>write(
        handle -> handle.createQuery(query).mapTo(String.class).one());
  }

  // The file

  @Test
  @Tag("S4.12")
  void nothingOfWhatWasDeletedStaysInTheFile() throws IOException {
    try (OpenDatabase database = open()) {
      run(database, "CREATE TABLE t (a TEXT PRIMARY KEY)");
      for (int i = 0; i < 500; i++) {
        run(database, "INSERT INTO t VALUES ('kanarienvogel " + i + "')");
      }
      run(database, "UPDATE t SET a = 'somebody else ' || rowid");
      run(database, "DELETE FROM t WHERE rowid % 3 > 0");
    }

    assertThat(Files.readString(folder.resolve(NAME), ISO_8859_1))
        .contains("somebody else 3")
        .doesNotContain("kanarienvogel")
        .doesNotContain("somebody else 401");
    assertThat(folder.resolve(NAME + "-wal")).doesNotExist();
  }

  @Test
  void theFilesBelongToTheirOwnerAlone() throws IOException {
    try (OpenDatabase database = open()) {
      run(database, "CREATE TABLE t (a BIGINT)");
      for (String file : List.of(NAME, NAME + "-wal", NAME + "-shm")) {
        assertThat(mode(folder.resolve(file))).as(file).isEqualTo("rw-------");
      }
    }
  }

  @Test
  void aFileThatOthersMayReadIsTakenFromThem() throws IOException {
    open().close();
    Files.setPosixFilePermissions(
        folder.resolve(NAME), PosixFilePermissions.fromString("rw-rw-r--"));

    open().close();

    assertThat(mode(folder.resolve(NAME))).isEqualTo("rw-------");
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void theFolderIsMadeAndMayHaveAnyName() throws IOException {
    Path odd = folder.resolve("a b?journal_mode=OFF&c#d%20ü").resolve("deeper");

    try (OpenDatabase database = open(odd)) {
      run(database, "CREATE TABLE t (a BIGINT)");
    }

    assertThat(odd.resolve(NAME)).isNotEmptyFile();
    assertThat(mode(odd)).isEqualTo("rwx------");
  }

  @Test
  void theSettingsKeepRowsAndKeepForeignCodeOut() {
    try (OpenDatabase database = open()) {
      assertThat(ask(database, "PRAGMA journal_mode")).isEqualTo("wal");
      assertThat(ask(database, "PRAGMA synchronous")).as("FULL").isEqualTo("2");
      assertThat(ask(database, "PRAGMA foreign_keys")).isEqualTo("1");
      assertThat(ask(database, "PRAGMA trusted_schema")).isEqualTo("0");
      assertThatThrownBy(() -> ask(database, "SELECT load_extension('libm.so.6')"))
          .isInstanceOf(JdbiException.class)
          .hasMessageContaining("not authorized");
    }
  }

  @Test
  void anAddressIsRefused() {
    assertThatThrownBy(
            () ->
                new SqliteDatabase()
                    .open(new DatabaseSettings(folder, Optional.of("sqlite:/tmp/other.db"))))
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("--database-url");
  }

  // What is wrong with a file is said, and the file is left as it is

  @Test
  void aFileThatIsNoDatabaseIsLeftAlone() throws IOException {
    refusesAndKeeps(
        "a diary, not a database\n".repeat(400).getBytes(UTF_8), "not a SQLite database");
  }

  @Test
  void theDatabaseOfAnotherProgramIsLeftAlone() throws Exception {
    Path other = folder.resolve("other");
    SQLiteDataSource source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + other);
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("CREATE TABLE bookmarks (url TEXT)");
    }

    refusesAndKeeps(Files.readAllBytes(other), "another program");
  }

  @Test
  void aDatabaseWithADamagedBeginningIsLeftAlone() throws IOException {
    try (OpenDatabase database = open()) {
      run(database, "CREATE TABLE t (a BIGINT)");
    }
    byte[] damaged = Files.readAllBytes(folder.resolve(NAME));
    for (int i = 0; i < 100; i++) {
      damaged[i] ^= 0x55;
    }

    refusesAndKeeps(damaged, "beginning is damaged");
  }

  @Test
  void aDatabaseCutShortIsLeftAlone() throws IOException {
    fill();
    byte[] whole = Files.readAllBytes(folder.resolve(NAME));

    Files.write(folder.resolve(NAME), java.util.Arrays.copyOf(whole, 4096 + 100));
    try (OpenDatabase database = open()) {
      assertThatThrownBy(() -> count(database))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("damaged");
    } catch (DatabaseUnavailable e) {
      assertThat(e).hasMessageContaining("damaged");
    }
  }

  @Test
  void damageInTheMiddleIsNamedWhenItIsMet() throws IOException {
    fill();
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(NAME).toFile(), "rw")) {
      byte[] garbage = new byte[(int) file.length() - 3 * 4096];
      new java.util.Random(1).nextBytes(garbage);
      file.seek(3 * 4096);
      file.write(garbage);
    }

    try (OpenDatabase database = open()) {
      assertThatThrownBy(() -> count(database))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("damaged")
          .hasMessageContaining("backup");
    }
  }

  @Test
  void aCheckFindsDamageThatNoStartWouldMeet() throws IOException {
    fill();
    DatabaseSettings settings = new DatabaseSettings(folder, Optional.empty());
    new SqliteDatabase().check(settings);
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(NAME).toFile(), "rw")) {
      file.seek(file.length() - 4096);
      file.write(new byte[4096]);
    }

    assertThatThrownBy(() -> new SqliteDatabase().check(settings))
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("damaged")
        .hasMessageContaining("admin restore")
        .hasMessageNotContaining("***")
        .hasMessageNotContaining("\n");
  }

  private void fill() {
    try (OpenDatabase database = open()) {
      run(database, "CREATE TABLE t (a BIGINT NOT NULL PRIMARY KEY, b TEXT)");
      database.<Void, RuntimeException>write(
          handle -> {
            for (int i = 0; i < 2_000; i++) {
              handle.execute("INSERT INTO t (a, b) VALUES (?, ?)", i, "x".repeat(100));
            }
            return null;
          });
    }
  }

  private static long count(OpenDatabase database) {
    return database.read(
        handle -> handle.createQuery("SELECT sum(length(b)) FROM t").mapTo(Long.class).one());
  }

  private void refusesAndKeeps(byte[] content, String why) throws IOException {
    Path file = folder.resolve(NAME);
    Files.write(file, content);

    assertThatThrownBy(this::open)
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining(why)
        .hasMessageContaining(file.toString());
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
  }

  @Test
  void aPlaceWhereNoFileCanBeIsNamed() throws IOException {
    Files.createDirectory(folder.resolve(NAME));
    Path file = Files.writeString(folder.resolve("file"), "");

    // The last one is a folder in which nobody can make a file, the superuser included.
    for (Path place : List.of(folder, file, file.resolve("below"), Path.of("/proc/self"))) {
      assertThatThrownBy(() -> open(place))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining(place.toString())
          .hasMessageContaining("--data");
    }
  }

  @Test
  void aFullDiskIsNamedAndPasses() {
    try (OpenDatabase database = open()) {
      run(database, "CREATE TABLE t (a BIGINT, b TEXT)");
      run(database, "INSERT INTO t (a) VALUES (1)");

      // SQLite's own limit ends in the same result code as a disk without space.
      assertThatThrownBy(
              () ->
                  database.<Integer, RuntimeException>write(
                      handle -> {
                        handle.createQuery("PRAGMA max_page_count = 10").mapToMap().one();
                        handle.execute("INSERT INTO t (a) VALUES (2)");
                        return handle.execute("INSERT INTO t (b) VALUES (?)", "x".repeat(100_000));
                      }))
          .isInstanceOfSatisfying(
              DatabaseUnavailable.class,
              e -> assertThat(e.forClient().code()).isEqualTo(ErrorCode.STORAGE_FULL))
          .hasMessageContaining("disk is full");
      assertThat(ask(database, "SELECT count(*) FROM t")).isEqualTo("1");
      database.<Integer, RuntimeException>write(
          handle -> {
            handle.createQuery("PRAGMA max_page_count = 100000").mapToMap().one();
            return handle.execute("INSERT INTO t (b) VALUES (?)", "x".repeat(100_000));
          });
      assertThat(ask(database, "SELECT count(*) FROM t")).isEqualTo("2");
    }
  }

  @Test
  void aDatabaseHeldByAnotherProcessForTooLongIsNamed() throws Exception {
    try (OpenDatabase database = open()) {
      SQLiteDataSource source = new SQLiteDataSource();
      source.setUrl("jdbc:sqlite:" + folder.resolve(NAME));
      try (Connection other = source.getConnection();
          Statement statement = other.createStatement()) {
        statement.executeUpdate("BEGIN IMMEDIATE");
        assertThatThrownBy(() -> run(database, "CREATE TABLE t (a BIGINT)"))
            .isInstanceOf(DatabaseUnavailable.class)
            .hasMessageContaining("another process");
        statement.executeUpdate("ROLLBACK");
      }
      run(database, "CREATE TABLE t (a BIGINT)");
    }
  }

  // Group commit

  @Test
  void writesThatWaitForTheDiskShareOneCommit() throws Exception {
    int others = 32;
    try (OpenDatabase database = open()) {
      run(database, "CREATE TABLE t (a BIGINT NOT NULL PRIMARY KEY)");
      AtomicInteger commits = new AtomicInteger();
      AtomicInteger failed = new AtomicInteger();
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch allWait = new CountDownLatch(1);
      List<Thread> writers = new ArrayList<>();
      writers.add(
          Thread.ofPlatform()
              .start(
                  () ->
                      database.<Integer, RuntimeException>write(
                          handle -> {
                            watch(handle.getConnection(), commits);
                            begun.countDown();
                            uninterruptibly(allWait);
                            return 0;
                          })));
      begun.await();
      for (int i = 0; i < others; i++) {
        int id = i;
        // Every second one is the same row again, and fails alone.
        writers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        run(database, "INSERT INTO t (a) VALUES (" + id / 2 + ")");
                      } catch (JdbiException refused) {
                        failed.incrementAndGet();
                      }
                    }));
      }
      for (Thread writer : writers.subList(1, writers.size())) {
        while (writer.getState() != Thread.State.WAITING) {
          Thread.onSpinWait();
        }
      }
      assertThat(commits.get()).isZero();
      allWait.countDown();
      for (Thread writer : writers) {
        writer.join();
      }

      assertThat(commits.get()).isEqualTo(1);
      assertThat(failed.get()).isEqualTo(others / 2);
      assertThat(ask(database, "SELECT count(*) FROM t")).isEqualTo("" + others / 2);
    }
  }

  private static void watch(Connection connection, AtomicInteger commits) {
    ((SQLiteConnection) connection)
        .addCommitListener(
            new SQLiteCommitListener() {
              @Override
              public void onCommit() {
                commits.incrementAndGet();
              }

              @Override
              public void onRollback() {}
            });
  }

  private static void uninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anInterruptedCallerStillLearnsTheOutcome() throws Exception {
    try (OpenDatabase database = open()) {
      run(database, "CREATE TABLE t (a BIGINT)");
      List<String> seen = new ArrayList<>();
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () -> {
                    Thread.currentThread().interrupt();
                    run(database, "INSERT INTO t (a) VALUES (1)");
                    seen.add("written, interrupted " + Thread.currentThread().isInterrupted());
                  });
      caller.join();

      assertThat(seen).containsExactly("written, interrupted true");
      assertThat(ask(database, "SELECT count(*) FROM t")).isEqualTo("1");
    }
  }
}
