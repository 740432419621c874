package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.discard;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand files as long as files are in real life are written, changed and removed, and the
 * classifier of {@link WatcherTest} guesses from the server's view no more than {@code
 * docs/what-the-server-sees.md} says that it can.
 *
 * <p>The lengths are log-normal with mu = 9.48 and sigma = 2.46 of the natural logarithm: half of
 * them are below 13 KiB. The parameters are our choice, not taken from a published table.
 */
@Tag("S4.10")
@Tag("A31")
final class StoredSizesTest {
  private static final int FILES = 1_000;
  private static final double MU = 9.48;
  private static final double SIGMA = 2.46;
  private static final int FOLDERS = 25;

  /** Files that are there at a time: one is changed when so many more have come, and then goes. */
  private static final int LIFE = 50;

  /** Bytes of a file that is a note rather than a picture. */
  private static final int SMALL = 2_000;

  private static final int LONGEST_PACK = 16 << 20;

  /** Of guesses between two kinds, so many are right by chance and a bit of luck. */
  private static final double CHANCE = 0.6;

  private enum Kind {
    NEW(0),
    CHANGED(LIFE),
    REMOVED(2 * LIFE);

    /** How many files come before it happens to one. */
    private final int after;

    Kind(int after) {
      this.after = after;
    }
  }

  /**
   * What the server saw of one action.
   *
   * @param size of the file
   */
  private record Seen(Kind kind, int size, Watched.Seen server) {
    long packs() {
      return server.packs();
    }

    Map<String, Double> view() {
      return server.view();
    }
  }

  private final List<Seen> all = new ArrayList<>();
  private Drive drive;

  @Test
  void aFileShowsItsLengthToAStepAndNoMore(@TempDir Path folder) throws Exception {
    watch(folder);

    assertThat(all).hasSize(3 * FILES);
    assertThat(all).allMatch(seen -> isStep(seen.packs()));
    for (Kind kind : Kind.values()) {
      assertThat(halvesGuessed(kind)).as("the longer files of a step, %s", kind).isLessThan(CHANCE);
    }
    assertThat(guessed(Kind.NEW, Kind.CHANGED)).isLessThan(CHANCE);
    assertThat(guessed(Kind.CHANGED, Kind.REMOVED)).isLessThan(CHANCE);
    assertThat(guessed(Kind.NEW, Kind.REMOVED)).isLessThan(CHANCE);
    // With a long trash a removal writes more than a small change does: that is told apart.
    assertThat(smallChangesAndRemovalsGuessed()).isGreaterThan(0.8);
  }

  private void watch(Path folder) throws IOException {
    TestServer server = TestServer.start(folder);
    Watched watched = new Watched(server.line());
    drive = Drive.home(server.account().through(watched), Clock.systemUTC());
    try (server;
        Drive _ = drive) {
      for (int i = 0; i < FOLDERS; i++) {
        makeFolder(drive, "/folder " + i);
      }
      int[] sizes = sizes();
      Random order = new Random(2);
      for (int i = 0; i < FILES + 2 * LIFE; i++) {
        List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
        // Else what is done to each folder in turn would tell them.
        Collections.shuffle(kinds, order);
        for (Kind kind : kinds) {
          int file = i - kind.after;
          if (file >= 0 && file < FILES) {
            see(watched, kind, file, sizes[file]);
          }
        }
      }
    }
  }

  private static int[] sizes() {
    Random random = new Random(1);
    return random
        .doubles(0, 1)
        .limit(FILES)
        .mapToInt(ignored -> (int) Math.exp(MU + SIGMA * random.nextGaussian()))
        .toArray();
  }

  /** Files that follow each other are in different folders. */
  private static String path(int file) {
    return "/folder " + new Random(file).nextInt(FOLDERS) + "/file " + file;
  }

  /** A few bytes of one file are other ones, all of the next are. */
  private static byte[] changed(int size, int file) {
    if (file % 2 == 0) {
      return noise(size, FILES + file);
    }
    byte[] content = noise(size, file);
    if (size > 0) {
      content[size / 2] ^= 1;
    }
    return content;
  }

  private void see(Watched watched, Kind kind, int file, int size) throws IOException {
    byte[] content = kind == Kind.NEW ? noise(size, file) : changed(size, file);
    watched.begin();
    switch (kind) {
      case NEW, CHANGED -> write(drive, path(file), content);
      case REMOVED -> discard(drive, path(file));
    }
    all.add(new Seen(kind, size, watched.seen()));
  }

  private static boolean isStep(long packs) {
    if (packs <= LONGEST_PACK) {
      return Long.bitCount(packs) == 1;
    }
    // A 64th to a 32nd of it.
    return packs % (Long.highestOneBit(packs) / 32) == 0;
  }

  private Stream<Seen> of(Kind kind) {
    return all.stream().filter(seen -> seen.kind() == kind);
  }

  /** Those of which the server stored as much. */
  private static Map<Long, List<Seen>> byPacks(Stream<Seen> some) {
    Map<Long, List<Seen>> groups = new TreeMap<>();
    some.forEach(seen -> groups.computeIfAbsent(seen.packs(), _ -> new ArrayList<>()).add(seen));
    return groups;
  }

  /** How well it guesses which of the files of one step are the longer half. */
  private double halvesGuessed(Kind kind) {
    List<Map<String, Double>> views = new ArrayList<>();
    List<Boolean> longer = new ArrayList<>();
    for (List<Seen> group : byPacks(of(kind)).values()) {
      List<Integer> sizes = group.stream().map(Seen::size).sorted().toList();
      int middle = sizes.get(sizes.size() / 2);
      for (Seen seen : group) {
        views.add(seen.view());
        longer.add(seen.size() >= middle);
      }
    }
    return Watched.guessed(views, longer);
  }

  /** How well it tells two kinds apart, of which it saw as many of each step. */
  private double guessed(Kind one, Kind other) {
    return Watched.guessedOfOneLength(
        of(one).map(Seen::server).toList(), of(other).map(Seen::server).toList());
  }

  private double smallChangesAndRemovalsGuessed() {
    List<Seen> some =
        all.stream()
            .filter(
                seen ->
                    seen.kind() == Kind.REMOVED
                        || (seen.kind() == Kind.CHANGED && seen.size() < SMALL))
            .toList();
    return Watched.guessed(
        some.stream().map(Seen::view).toList(),
        some.stream().map(seen -> seen.kind() == Kind.REMOVED).toList());
  }
}
