package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections break, servers restart, uploads are given up: nothing that was promised is lost. */
final class CutTest {
  /** A root for every pack of a megabyte. */
  private static final Pace OFTEN = new Pace(900_000, Duration.ofHours(1), 10_000, 1_000);

  @TempDir private Path folder;
  private TestServer server;
  private Interposer line;
  private Drive drive;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    line = server.line();
    drive = Drive.home(server.account(), Clock.systemUTC(), Impatience.usual(), OFTEN);
  }

  @AfterEach
  void stop() {
    drive.close();
    server.close();
  }

  @Test
  void eachRequestThatIsCutIsAskedAgain() throws Exception {
    Random random = new Random(5);
    AtomicInteger cuts = new AtomicInteger();
    Interposer.Line unreliable =
        method -> {
          synchronized (random) {
            if (random.nextInt(3) == 0) {
              cuts.incrementAndGet();
              throw new IOException("The connection was reset.");
            }
          }
        };
    line.setLine(unreliable);
    line.setAnswerLine(unreliable);

    for (int i = 0; i < 20; i++) {
      write(drive, "/file " + i % 3, noise(100_000 + i, i));
    }

    assertThat(read(drive, "/file 1")).isEqualTo(noise(100_019, 19));
    assertThat(tree(drive)).hasSize(3);
    assertThat(cuts.get()).isGreaterThan(10);
    assertThat(server.half().link(server.account().account())).isNotNull();
  }

  @Test
  void aRootWhoseAnswerIsLostIsNotMistakenForAnothersRoot() throws Exception {
    AtomicInteger lost = new AtomicInteger();
    line.setAnswerLine(
        method -> {
          if (method == VaultMethod.ROOT_MOVE && lost.getAndIncrement() == 0) {
            throw new IOException("The connection was reset.");
          }
        });

    Batch.Committed committed = write(drive, "/file", noise(10, 1));

    assertThat(committed.conflicts()).isEmpty();
    assertThat(lost.get()).isEqualTo(1);
    assertThat(tree(drive)).hasSize(1);
    write(drive, "/other", noise(10, 2));
    assertThat(tree(drive)).hasSize(2);
  }

  @Test
  void aServerThatRestartsInTheMiddleIsWaitedFor() throws Exception {
    AtomicInteger puts = new AtomicInteger();
    line.setLine(
        method -> {
          int count = method == VaultMethod.PACK_PUT ? puts.incrementAndGet() : 0;
          if (count == 2) {
            server.half().restart();
          }
          if (count >= 2 && count < 10) {
            throw new IOException("Connection refused.");
          }
        });

    byte[] content = noise(40 << 20, 3);
    write(drive, "/big", content);

    assertThat(hash(read(drive, "/big"))).isEqualTo(hash(content));
  }

  @Test
  void whoIsAwayForTooLongIsGivenUp() {
    line.setLine(
        method -> {
          throw new IOException("Connection refused.");
        });

    assertThatThrownBy(() -> write(drive, "/file", noise(10, 1)))
        .isInstanceOf(IOException.class)
        .hasMessage("Connection refused.");
  }

  @Test
  void whatAServerRefusesForGoodIsNotAskedAgain() throws Exception {
    server.half().setQuota(100_000);
    write(drive, "/small", noise(10, 1));
    int asked = line.asked().size();

    assertThatThrownBy(() -> write(drive, "/large", noise(200_000, 2)))
        .isInstanceOfSatisfying(
            ServerRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED));

    assertThat(line.asked().subList(asked, line.asked().size()))
        .containsExactly(VaultMethod.ROOT_GET, VaultMethod.PACK_PUT);
    assertThat(tree(drive)).containsOnlyKeys("/small");
  }

  @Test
  void aServerThatIsBusyIsAskedAgain() throws Exception {
    AtomicInteger busy = new AtomicInteger(3);
    line.setLine(
        method -> {
          if (busy.getAndDecrement() > 0) {
            throw new Refused(ErrorCode.UNAVAILABLE, "The database is away.", true);
          }
        });

    write(drive, "/file", noise(10, 1));

    assertThat(tree(drive)).hasSize(1);
  }

  @Test
  void aLongUploadThatWasGivenUpSendsLittleAgain() throws Exception {
    AtomicInteger moves = new AtomicInteger();
    line.setLine(
        method -> {
          if (method == VaultMethod.ROOT_MOVE && moves.incrementAndGet() > 5) {
            throw new Refused(ErrorCode.INTERNAL, "The server is going down.");
          }
        });
    assertThatThrownBy(this::putMany).isInstanceOf(ServerRefused.class);
    long sent = line.received();
    line.beHonest();

    putMany();

    assertThat(tree(drive)).hasSize(100);
    assertThat(sent).isEqualTo(6 << 20);
    assertThat(line.received() - sent).isLessThan(7 << 20);
  }

  /** Ten megabytes in a hundred files. */
  private void putMany() throws IOException {
    try (Batch batch = drive.batch()) {
      for (int i = 0; i < 100; i++) {
        put(batch, "/file " + i, noise(100_000, i));
      }
      batch.commit();
    }
  }

  @Test
  void aFileWhoseSourceBreaksIsNotWrittenAtAll() throws Exception {
    try (Batch batch = drive.batch()) {
      put(batch, "/whole", noise(10, 1));
      InputStream breaking =
          new SequenceInputStream(
              new ByteArrayInputStream(noise(3_000_000, 2)),
              new InputStream() {
                @Override
                public int read() throws IOException {
                  throw new IOException("The source broke.");
                }

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                  return read();
                }
              });
      assertThatThrownBy(
              () ->
                  batch.write(
                      VaultPath.of("/half"),
                      breaking,
                      new Attributes(DriveFiles.TIME, false),
                      DriveFiles.ANYWAY))
          .hasMessage("The source broke.");
      batch.commit();
    }

    assertThat(tree(drive)).containsOnlyKeys("/whole");
  }

  @Test
  void packsOfAVeryLargeFileAreNamedByRootsBeforeItIsComplete() throws Exception {
    drive.close();
    drive =
        Drive.home(
            server.account(),
            Clock.systemUTC(),
            Impatience.usual(),
            new Pace(1L << 40, Duration.ofHours(1), 10_000, 1));

    byte[] content = noise(100 << 20, 9);
    write(drive, "/huge", content);

    assertThat(line.roots()).hasSizeGreaterThan(1);
    assertThat(hash(read(drive, "/huge"))).isEqualTo(hash(content));
  }
}
