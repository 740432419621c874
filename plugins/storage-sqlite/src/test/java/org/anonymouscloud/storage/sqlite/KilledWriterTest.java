package org.anonymouscloud.storage.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed at any point loses nothing that it has acknowledged. */
class KilledWriterTest {
  private static final int ROUNDS = 2;
  private static final int ROWS_BEFORE_THE_KILL = 150;

  private static OpenDatabase open(Path folder) {
    return new SqliteDatabase().open(new DatabaseSettings(folder, Optional.empty()));
  }

  @Test
  void whatAKilledProcessAcknowledgedIsThere(@TempDir Path folder) throws Exception {
    try (OpenDatabase database = open(folder)) {
      database.<Integer, RuntimeException>write(
          handle ->
              handle.execute("CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, b BYTEA NOT NULL)"));
    }
    Set<Long> acknowledged = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      acknowledged.addAll(writeUntilKilled(folder, round));
      try (OpenDatabase database = open(folder)) {
        Set<Long> there =
            database.read(
                handle ->
                    new HashSet<>(handle.createQuery("SELECT id FROM t").mapTo(Long.class).list()));
        String sound =
            database.read(
                handle -> handle.createQuery("PRAGMA integrity_check").mapTo(String.class).one());

        assertThat(there).containsAll(acknowledged);
        assertThat(sound).isEqualTo("ok");
      }
    }
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ROUNDS * ROWS_BEFORE_THE_KILL);
  }

  private static Set<Long> writeUntilKilled(Path folder, int round)
      throws IOException, InterruptedException {
    Process writer =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Writer.class.getName(),
                    folder.toString(),
                    Integer.toString(round)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Set<Long> acknowledged = new HashSet<>();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(writer.getInputStream(), UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        // The last line may be cut by the kill.
        if (line.endsWith(".")) {
          acknowledged.add(Long.parseLong(line.substring(0, line.length() - 1)));
        }
        if (acknowledged.size() == ROWS_BEFORE_THE_KILL) {
          // By its handle, which leaves the pipe open for what was said before.
          writer.toHandle().destroyForcibly();
        }
      }
    } finally {
      writer.destroyForcibly().waitFor();
    }
    return acknowledged;
  }

  /** Writes from several threads and says which rows are durable, until it is killed. */
  static final class Writer {
    private static final int THREADS = 8;

    private Writer() {}

    public static void main(String[] args) {
      OpenDatabase database = open(Path.of(args[0]));
      AtomicLong next = new AtomicLong(Long.parseLong(args[1]) << 32);
      for (int i = 0; i < THREADS; i++) {
        Thread.ofPlatform()
            .start(
                () -> {
                  while (true) {
                    long id = next.getAndIncrement();
                    database.<Integer, RuntimeException>write(
                        handle ->
                            handle.execute(
                                "INSERT INTO t (id, b) VALUES (?, ?)", id, new byte[3_000]));
                    acknowledge(id + ".\n");
                  }
                });
      }
    }

    private static synchronized void acknowledge(String line) {
      System.out.print(line);
      System.out.flush();
    }
  }
}
