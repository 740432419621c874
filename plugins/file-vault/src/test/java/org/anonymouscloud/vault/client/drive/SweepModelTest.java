package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.ANYWAY;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever one device changes while another gives space back: nothing that is there is lost. */
final class SweepModelTest {
  private static final long SEED = new Random().nextLong();
  private static final int ROUNDS = 120;

  private final Random random = new Random(SEED);
  private final SortedMap<String, String> model = new TreeMap<>();
  private int lastKind;
  private final MovedClock clock = new MovedClock();

  @TempDir private Path folder;

  @Test
  void nothingThatIsThereIsEverLost() throws Exception {
    System.out.println("seed " + SEED);
    try (TestServer server = TestServer.start(folder);
        Drive drive = Drive.home(server.account(), clock);
        Drive sweeper = Drive.home(server.account().device(2, server.newLine()), clock)) {
      drive.retain(0, 0);
      for (int round = 0; round < ROUNDS; round++) {
        try (Batch batch = drive.batch()) {
          for (int i = random.nextInt(6); i >= 0; i--) {
            change(batch);
            if (random.nextInt(4) == 0) {
              sweep(sweeper);
            }
          }
          batch.commit();
        }
        if (random.nextInt(4) == 0) {
          sweep(random.nextBoolean() ? drive : sweeper);
        }
        if (random.nextInt(3) == 0) {
          clock.move(Duration.ofHours(13));
          server.half().pass(Duration.ofHours(13));
          server.half().sweep();
        }
        if (round % 20 == 19) {
          assertAllIsThere(server, round);
        }
      }
    }
  }

  private void sweep(Drive drive) throws IOException {
    drive.sweep(new Sweep.Wish(random.nextBoolean(), false, false), () -> {});
  }

  private void assertAllIsThere(TestServer server, int round) throws IOException {
    try (Drive fresh = Drive.home(server.account().device(7, server.newLine()), clock)) {
      assertThat(tree(fresh)).as("seed %s, round %s", SEED, round).isEqualTo(model);
      assertThat(fresh.verify(VaultPath.TOP, true, fresh.verification(true, () -> {})).damaged())
          .as("seed %s, round %s", SEED, round)
          .isEmpty();
    }
  }

  private void change(Batch batch) throws IOException {
    List<String> files = new ArrayList<>(model.keySet());
    String from = files.isEmpty() ? "" : files.get(random.nextInt(files.size()));
    String to = "/" + "abcdefghijkl".charAt(random.nextInt(12));
    int kind = files.isEmpty() ? 0 : random.nextInt(5);
    if (kind != lastKind) {
      // What is still being written is not there yet for other changes.
      batch.commit();
      lastKind = kind;
    }
    switch (kind) {
      case 0 -> {
        byte[] content = noise(size(), random.nextInt(5));
        put(batch, to, content);
        model.put(to, hash(content));
      }
      case 1, 2 -> {
        if (!model.containsKey(to)) {
          batch.copy(VaultPath.of(from), VaultPath.of(to), false, false, (path, why) -> {});
          model.put(to, model.get(from));
        }
      }
      case 3 -> {
        if (!model.containsKey(to)) {
          batch.move(VaultPath.of(from), VaultPath.of(to), false);
          model.put(to, model.remove(from));
        }
      }
      default -> {
        batch.remove(VaultPath.of(from), false, ANYWAY);
        model.remove(from);
      }
    }
  }

  private int size() {
    return switch (random.nextInt(12)) {
      case 0 -> 2 * Ref.MAX_LENGTH + random.nextInt(1000);
      case 1 -> 5 * Ref.MAX_LENGTH + random.nextInt(1000);
      default -> random.nextInt(60_000);
    };
  }
}
