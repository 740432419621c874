package org.anonymouscloud.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.testing.KilledJvm;
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
      acknowledged.addAll(
          KilledJvm.acknowledged(
              ROWS_BEFORE_THE_KILL, Writer.class, folder.toString(), Integer.toString(round)));
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
                    KilledJvm.acknowledge(id);
                  }
                });
      }
    }
  }
}
