package org.anonymouscloud.vault.client.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.Pace;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has become part of a drive of a tree that is on its way. */
final class ArrivingTest {
  private static final Pace THREE_AT_ONCE = new Pace(1L << 40, Duration.ofHours(1), 3, 1_000);

  @TempDir private Path folder;

  @Test
  void whatIsKeptOfATreeIsWhatTheDriveHasOfIt() throws Exception {
    try (TestServer server = TestServer.start(folder.resolve("server"));
        Drive drive =
            Drive.home(server.account(), Clock.systemUTC(), Impatience.usual(), THREE_AT_ONCE)) {
      Drive seen = Drive.home(server.account().device(2, server.newLine()), Clock.systemUTC());
      try (seen;
          Batch batch = drive.batch()) {
        Arriving arriving =
            new Arriving(batch, VaultPath.TOP, "", sentence -> assertThat(sentence).isEmpty());
        for (int i = 0; i < 8; i++) {
          add(arriving, "f" + i, i);
          int there = DriveFiles.tree(seen).size();
          assertThat(arriving.kept().files()).isEqualTo(there);
          assertThat(arriving.kept().bytes()).isEqualTo((there - 1) * there / 2);
        }
        assertThat(arriving.kept().files()).isPositive().isLessThan(8);
        arriving.add(ArchiveEntry.link(List.of("link"), "f1", Instant.EPOCH));

        batch.commit();

        assertThat(arriving.kept()).isEqualTo(new Arriving.Counted(8, 28, 1));
      }
    }
  }

  private static void add(Arriving arriving, String name, int size) throws IOException {
    arriving.add(
        ArchiveEntry.file(List.of(name), size, Instant.EPOCH, false),
        new ByteArrayInputStream(new byte[size]));
  }
}
