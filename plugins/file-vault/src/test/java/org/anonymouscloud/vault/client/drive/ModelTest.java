package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.ANYWAY;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.TIME;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A drive under random changes is what a plain map of paths is. */
final class ModelTest {
  private static final long SEED = 42_001;

  private final Random random = new Random(SEED);
  private final SortedMap<String, String> model = new TreeMap<>();
  @TempDir private Path folder;

  @Test
  void randomChangesGiveWhatTheyGiveInAMap() throws Exception {
    try (TestServer server = TestServer.start(folder);
        Drive drive = Drive.home(server.account(), Clock.systemUTC())) {
      for (int round = 0; round < 150; round++) {
        try (Batch batch = drive.batch()) {
          // What is removed must have been there before the batch, so it comes in one of its own.
          if (random.nextInt(4) == 0) {
            remove(batch);
          } else {
            for (int i = random.nextInt(8); i >= 0; i--) {
              add(batch);
            }
          }
          batch.commit();
        }
        if (round % 25 == 24) {
          assertThat(tree(drive)).as("seed %s, round %s", SEED, round).isEqualTo(model);
          assertAnotherDeviceSeesTheSame(server);
        }
      }
    }
  }

  private void assertAnotherDeviceSeesTheSame(TestServer server) throws IOException {
    try (Drive other =
        Drive.home(server.account().device(7, server.newLine()), Clock.systemUTC())) {
      assertThat(tree(other)).isEqualTo(model);
    }
  }

  private void add(Batch batch) throws IOException {
    String path = path();
    boolean makesFolder = random.nextInt(4) == 0;
    try {
      if (makesFolder) {
        batch.makeFolder(VaultPath.of(path), TIME);
      } else {
        byte[] content = noise(size(), random.nextInt(50));
        put(batch, path, content);
        assertThat(canHold(path)).as(path).isTrue();
        assertThat(model).doesNotContainKey(path + "/");
        model.put(path, hash(content));
        return;
      }
      assertThat(canHold(path)).as(path).isTrue();
      assertThat(model).doesNotContainKey(path);
      model.put(path + "/", "");
    } catch (PathRefused e) {
      boolean other = model.containsKey(makesFolder ? path : path + "/");
      assertThat(!canHold(path) || other).as("%s: %s", path, e.getMessage()).isTrue();
    }
  }

  private void remove(Batch batch) throws IOException {
    String path = path();
    boolean recursive = random.nextBoolean();
    try {
      batch.remove(VaultPath.of(path), recursive, ANYWAY);
      assertThat(model.containsKey(path) || model.containsKey(path + "/")).as(path).isTrue();
      model.keySet().removeIf(key -> key.equals(path) || key.startsWith(path + "/"));
    } catch (PathRefused e) {
      boolean filled =
          model.tailMap(path + "/0").keySet().stream().anyMatch(key -> key.startsWith(path + "/"));
      boolean none = !model.containsKey(path) && !model.containsKey(path + "/");
      assertThat(none || (!recursive && filled)).as("%s: %s", path, e.getMessage()).isTrue();
    }
  }

  /** Whether the folder is there in which the path lies. */
  private boolean canHold(String path) {
    String parent = path.substring(0, path.lastIndexOf('/') + 1);
    return parent.equals("/") || model.containsKey(parent);
  }

  private String path() {
    StringBuilder path = new StringBuilder();
    for (int depth = random.nextInt(4); depth >= 0; depth--) {
      path.append('/').append("abcdefgh".charAt(random.nextInt(8)));
    }
    return path.toString();
  }

  private int size() {
    return switch (random.nextInt(20)) {
      case 0 -> Ref.MAX_LENGTH + random.nextInt(3) - 1;
      case 1 -> 5 * Ref.MAX_LENGTH + random.nextInt(1000);
      case 2, 3 -> 0;
      default -> random.nextInt(5_000);
    };
  }
}
