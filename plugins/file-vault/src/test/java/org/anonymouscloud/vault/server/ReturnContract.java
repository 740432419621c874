package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.discard;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an account uses falls to what remains, whatever the database. */
abstract class ReturnContract {
  private static final int MIB = 1 << 20;

  private final MovedClock clock = new MovedClock();

  @TempDir Path folder;
  private ServerHalf server;
  private Drive drive;

  /** An empty database, which the test closes. */
  abstract OpenDatabase open(Path folder);

  @BeforeEach
  void start() throws Exception {
    server = ServerHalf.start(folder, open(folder));
    drive = Drive.home(TestAccount.of(1, server.link(TestAccount.id(1))), clock);
  }

  @AfterEach
  void allThatIsCountedIsThere() throws IOException {
    server.sweep();
    new Stored(server.database(), server.folder()).checkSums();
    drive.close();
    server.close();
  }

  private void pass(Duration time) {
    clock.move(time);
    server.pass(time);
    server.sweep();
  }

  private void sweep() throws IOException {
    boolean more = true;
    while (more) {
      more = drive.sweep(new Sweep.Wish(true, false, false), () -> {}).more();
    }
  }

  @Test
  void whatWasRemovedCountsUntilItsTimeIsOverAndIsThenDeleted() throws Exception {
    write(drive, "/stays", noise(MIB, 1));
    long remains = drive.usage().used();
    for (int i = 0; i < 5; i++) {
      write(drive, "/goes" + i, noise(5 * MIB, 2 + i));
    }
    pass(Duration.ofDays(1));
    for (int i = 0; i < 5; i++) {
      discard(drive, "/goes" + i);
    }
    drive.retain(30, 0);

    pass(Duration.ofDays(20));
    sweep();
    assertThat(drive.usage().used()).as("it is in the trash").isGreaterThan(remains + 25 * MIB);

    pass(Duration.ofDays(45));
    sweep();
    VaultMessages.Usage usage = drive.usage();
    assertThat(usage.used()).isLessThan(remains + 100_000);
    assertThat(usage.held()).as("for who reads it still").isGreaterThan(25L * MIB);
    assertThat(tree(drive)).containsOnlyKeys("/stays");

    pass(Duration.ofHours(26));
    assertThat(drive.usage().held()).isZero();
    assertThat(drive.usage().used()).isLessThan(remains + 100_000);
    assertThat(tree(drive)).containsOnlyKeys("/stays");
  }
}
