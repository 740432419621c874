package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was sent for nothing takes no space: neither at the quota nor after another failure. */
final class GivenBackTest {
  private static final int MIB = 1 << 20;
  private static final Pace SECURING = new Pace(1L << 40, Duration.ofHours(1), 10_000, 1);

  @TempDir private Path folder;
  private TestServer server;
  private Interposer line;
  private Drive drive;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    line = server.line();
    drive = drive(Pace.USUAL);
    write(drive, "/before", noise(100_000, 1));
  }

  @AfterEach
  void stop() {
    drive.close();
    server.close();
  }

  private Drive drive(Pace pace) {
    return Drive.home(server.account(), Clock.systemUTC(), Impatience.usual(), pace);
  }

  @Test
  void aFileThatTheQuotaStopsTenTimesTakesNothing() throws Exception {
    VaultMessages.Usage before = drive.usage();
    server.half().setQuota(before.used() + 40L * MIB);

    for (int i = 0; i < 10; i++) {
      int seed = i;
      assertThatThrownBy(() -> write(drive, "/large", noise(50 * MIB, seed)))
          .isInstanceOfSatisfying(
              ServerRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED));
      assertUsed(before);
    }
    assertThat(line.received()).as("it was tried each time").isGreaterThan(10L * 16 * MIB);
  }

  @Test
  void aTreeThatTheQuotaStopsTenTimesTakesNothing() throws Exception {
    VaultMessages.Usage before = drive.usage();
    server.half().setQuota(before.used() + 20L * MIB);

    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(
              () -> {
                try (Batch batch = drive.batch()) {
                  for (int j = 0; j < 30; j++) {
                    put(batch, "/file " + j, noise(MIB, j));
                  }
                  batch.commit();
                }
              })
          .isInstanceOf(ServerRefused.class);
      assertUsed(before);
    }
  }

  @Test
  void whatIsBegunAndNotWantedAnyMoreTakesNothing() throws Exception {
    VaultMessages.Usage before = drive.usage();

    try (Batch batch = drive.batch()) {
      for (int i = 0; i < 40; i++) {
        put(batch, "/file " + i, noise(MIB, i));
      }
    }

    assertThat(line.received()).isGreaterThan(16L * MIB);
    assertUsed(before);
  }

  @Test
  void theFirstFailureIsToldAlsoIfNothingCanBeGivenBack() throws Exception {
    server.half().setQuota(drive.usage().used() + 20L * MIB);
    line.setLine(
        method -> {
          if (method == VaultMethod.PACK_DROP) {
            throw new Refused(ErrorCode.INTERNAL, "This is not the failure that matters.");
          }
        });

    assertThatThrownBy(() -> write(drive, "/large", noise(30 * MIB, 2)))
        .isInstanceOfSatisfying(
            ServerRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED));
    assertThat(line.asked()).contains(VaultMethod.PACK_DROP);
  }

  @Test
  void packsThatARootHasNamedOnTheWayAreGivenUpByARoot() throws Exception {
    drive.close();
    drive = drive(SECURING);
    long packs = drive.usage().packs();
    int roots = line.roots().size();
    server.half().setQuota(drive.usage().used() + 100L * MIB);

    assertThatThrownBy(() -> write(drive, "/huge", noise(120 * MIB, 9)))
        .isInstanceOf(ServerRefused.class);

    assertThat(line.roots()).hasSizeGreaterThan(roots + 1);
    assertThat(drive.usage().packs()).isEqualTo(packs);
    assertThat(hash(read(drive, "/before"))).isEqualTo(hash(noise(100_000, 1)));
  }

  /** The tree may have them by then. */
  @Test
  void packsOfARootWhoseFateIsUnknownAreNotGivenUp() throws Exception {
    drive.close();
    drive = drive(SECURING);
    byte[] content = noise(40 * MIB, 9);
    AtomicBoolean all = new AtomicBoolean();
    AtomicInteger lost = new AtomicInteger();
    line.setAnswerLine(
        method -> {
          if (method == VaultMethod.ROOT_MOVE && all.get() && lost.getAndIncrement() == 0) {
            line.setLine(
                next -> {
                  if (next == VaultMethod.ROOT_MOVE || next == VaultMethod.ROOT_GET) {
                    throw new IOException("Connection refused.");
                  }
                });
            throw new IOException("The connection was reset.");
          }
        });

    assertThatThrownBy(
            () -> {
              try (Batch batch = drive.batch()) {
                put(batch, "/huge", content);
                all.set(true);
                try {
                  batch.commit();
                } finally {
                  line.beHonest();
                }
              }
            })
        .hasMessage("Connection refused.");

    assertThat(lost.get()).isEqualTo(1);
    assertThat(drive.usage().held()).isZero();
    assertThat(hash(read(drive, "/huge"))).isEqualTo(hash(content));
  }

  /** A put whose client has gone away is given up by the server a moment later. */
  private void assertUsed(VaultMessages.Usage before) throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    VaultMessages.Usage now = drive.usage();
    while (now.used() != before.used() && System.nanoTime() < end) {
      Thread.onSpinWait();
      now = drive.usage();
    }
    assertThat(now.used()).isEqualTo(before.used());
    assertThat(now.packs()).isEqualTo(before.packs());
    assertThat(now.held()).isEqualTo(before.held());
  }
}
