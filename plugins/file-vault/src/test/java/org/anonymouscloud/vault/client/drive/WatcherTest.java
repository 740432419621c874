package org.anonymouscloud.vault.client.drive;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the server's owner can tell from watching a person at work, as {@code
 * docs/what-the-server-sees.md} says it: a classifier learns from the server's view of known
 * actions (which requests, how many bytes each way) and guesses the kind of others.
 */
@Tag("S4.10")
final class WatcherTest {
  private static final int TRIALS = 20;

  /** So many that luck does not decide. */
  private static final int MANY_TRIALS = 200;

  /** Of guesses between two kinds that look alike, so many are right by chance and some luck. */
  private static final double CHANCE = 0.65;

  private final Random random = new Random(4);
  private Watched watched;
  private TestServer server;
  private Drive drive;
  private int files;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder);
    watched = new Watched(server.line());
    drive = Drive.home(server.account().through(watched), Clock.systemUTC());
    for (int i = 0; i < MANY_TRIALS; i++) {
      DriveFiles.write(drive, "/old " + i, DriveFiles.noise(2_000, i));
    }
    for (int i = 0; i < 2 * TRIALS; i++) {
      DriveFiles.write(drive, "/read " + i, DriveFiles.noise(200_000, i));
    }
  }

  @AfterEach
  void close() {
    drive.close();
    server.close();
  }

  @FunctionalInterface
  private interface Action {
    void take(int trial) throws IOException;
  }

  @Test
  void smallFilesOfDifferentSizesLookAlike() throws IOException {
    assertThat(guessedOfOneLength(trial -> write(1_000), trial -> write(3_000))).isLessThan(CHANCE);
  }

  @Test
  void aTextAndAPictureLookAlike() throws IOException {
    Action text = trial -> put("the same words again and again ".repeat(50).getBytes(US_ASCII));
    assertThat(guessedOfOneLength(text, trial -> write(1_500))).isLessThan(CHANCE);
  }

  @Test
  void aNewFolderAndADeletionLookAlike() throws IOException {
    assertThat(
            guessedOfOneLength(
                trial -> DriveFiles.makeFolder(drive, "/new folder " + trial),
                trial -> DriveFiles.remove(drive, "/old " + trial)))
        .isLessThan(CHANCE);
  }

  @Test
  void aNewFileAndAChangedOneLookAlike() throws IOException {
    assertThat(
            guessedOfOneLength(
                trial -> write(2_000),
                trial ->
                    DriveFiles.write(drive, "/old " + trial, DriveFiles.noise(2_000, trial + 100))))
        .isLessThan(CHANCE);
  }

  @Test
  void sizesOfOneStepLookAlikeAndOthersDoNot() throws IOException {
    assertThat(guessedOfOneLength(trial -> write(150_000), trial -> write(230_000)))
        .isLessThan(CHANCE);
    assertThat(guessed(trial -> write(150_000), trial -> write(300_000))).isEqualTo(1);
  }

  @Test
  void aLookAnUploadAndADownloadAreToldApart() throws IOException {
    Action look = trial -> DriveFiles.walk(drive.snapshot(), VaultPath.TOP).next();
    Action upload = trial -> write(200_000);
    Action download = trial -> DriveFiles.read(drive, "/read " + trial);
    assertThat(guessed(look, upload)).isEqualTo(1);
    assertThat(guessed(look, download)).isEqualTo(1);
    assertThat(guessed(upload, download)).isEqualTo(1);
  }

  private void write(int size) throws IOException {
    put(DriveFiles.noise(size, files));
  }

  private void put(byte[] content) throws IOException {
    DriveFiles.write(drive, "/new " + files++, content);
  }

  /** Which share of actions of two kinds, in any order, the classifier takes for what they are. */
  private double guessed(Action one, Action other) throws IOException {
    List<Boolean> order = order(TRIALS);
    List<Watched.Seen> seen = watch(order, one, other);
    return Watched.guessed(seen.stream().map(Watched.Seen::view).toList(), order);
  }

  /** The same of those whose packs have one length, of each kind as many. */
  private double guessedOfOneLength(Action one, Action other) throws IOException {
    List<Boolean> order = order(MANY_TRIALS);
    List<Watched.Seen> seen = watch(order, one, other);
    List<Watched.Seen> ones = new ArrayList<>();
    List<Watched.Seen> others = new ArrayList<>();
    for (int trial = 0; trial < order.size(); trial++) {
      (order.get(trial) ? ones : others).add(seen.get(trial));
    }
    return Watched.guessedOfOneLength(ones, others);
  }

  private List<Boolean> order(int trials) {
    List<Boolean> order = new ArrayList<>();
    order.addAll(Collections.nCopies(trials, true));
    order.addAll(Collections.nCopies(trials, false));
    Collections.shuffle(order, random);
    return order;
  }

  private List<Watched.Seen> watch(List<Boolean> order, Action one, Action other)
      throws IOException {
    List<Watched.Seen> seen = new ArrayList<>();
    int ones = 0;
    for (int trial = 0; trial < order.size(); trial++) {
      watched.begin();
      if (order.get(trial)) {
        one.take(ones++);
      } else {
        other.take(trial - ones);
      }
      seen.add(watched.seen());
    }
    return seen;
  }
}
