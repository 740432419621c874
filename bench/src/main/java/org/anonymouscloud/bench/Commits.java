package org.anonymouscloud.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.storage.sqlite.SqliteDatabase;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** Small durable transactions a second on SQLite: through the plugin's writer, and one by one. */
final class Commits {
  private static final List<Integer> THREADS = List.of(1, 8, 64);
  private static final String TABLE = "CREATE TABLE numbers (number BIGINT NOT NULL)";
  private static final String INSERT = "INSERT INTO numbers (number) VALUES (1)";

  private Commits() {}

  /** One transaction, which is durable when this returns. */
  private interface Transaction {
    void run() throws SQLException;
  }

  /**
   * Prints the rates.
   *
   * @param arguments a folder on the disk to measure, and the seconds of each measurement
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    int seconds = Integer.parseInt(arguments[1]);
    for (int threads : THREADS) {
      System.out.printf(
          "%d threads: one by one %.0f, through the writer %.0f transactions a second%n",
          threads,
          oneByOne(Files.createTempDirectory(folder, "single"), threads, seconds),
          throughTheWriter(Files.createTempDirectory(folder, "group"), threads, seconds));
    }
  }

  private static double throughTheWriter(Path folder, int threads, int seconds) throws Exception {
    try (OpenDatabase database =
        new SqliteDatabase().open(new DatabaseSettings(folder, Optional.empty()))) {
      database.<Integer, RuntimeException>write(handle -> handle.execute(TABLE));
      return rate(
          threads,
          seconds,
          () -> database.<Integer, RuntimeException>write(handle -> handle.execute(INSERT)));
    }
  }

  private static double oneByOne(Path folder, int threads, int seconds) throws Exception {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + folder.resolve("single.db"));
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
      Object turn = new Object();
      return rate(
          threads,
          seconds,
          () -> {
            synchronized (turn) {
              statement.execute(INSERT);
            }
          });
    }
  }

  private static double rate(int threads, int seconds, Transaction transaction)
      throws IOException, InterruptedException {
    LongAdder done = new LongAdder();
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(seconds);
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < threads; i++) {
        all.add(
            pool.submit(
                () -> {
                  while (System.nanoTime() < end) {
                    transaction.run();
                    done.increment();
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IOException("A transaction failed.", e.getCause());
    }
    return done.sum() / ((System.nanoTime() - start) / 1e9);
  }
}
