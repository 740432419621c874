package org.anonymouscloud.vault.client.drive;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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

  /**
   * Of guesses between two kinds that look alike, so many are right by chance and a bit of luck.
   */
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
    for (int i = 0; i < 2 * TRIALS; i++) {
      DriveFiles.write(drive, "/old " + i, DriveFiles.noise(2_000, i));
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
    assertThat(guessed(trial -> write(1_000), trial -> write(3_000))).isLessThan(CHANCE);
  }

  @Test
  void aTextAndAPictureLookAlike() throws IOException {
    Action text = trial -> put("the same words again and again ".repeat(50).getBytes(US_ASCII));
    assertThat(guessed(text, trial -> write(1_500))).isLessThan(CHANCE);
  }

  @Test
  void aNewFolderAndADeletionLookAlike() throws IOException {
    assertThat(
            guessed(
                trial -> DriveFiles.makeFolder(drive, "/new folder " + trial),
                trial -> DriveFiles.remove(drive, "/old " + trial)))
        .isLessThan(CHANCE);
  }

  @Test
  void aNewFileAndAChangedOneLookAlike() throws IOException {
    assertThat(
            guessed(
                trial -> write(2_000),
                trial ->
                    DriveFiles.write(drive, "/old " + trial, DriveFiles.noise(2_000, trial + 100))))
        .isLessThan(CHANCE);
  }

  @Test
  void sizesOfOneStepLookAlikeAndOthersDoNot() throws IOException {
    assertThat(guessed(trial -> write(150_000), trial -> write(230_000))).isLessThan(CHANCE);
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
    List<Boolean> order = new ArrayList<>();
    order.addAll(Collections.nCopies(TRIALS, true));
    order.addAll(Collections.nCopies(TRIALS, false));
    Collections.shuffle(order, random);
    List<Map<String, Double>> views = new ArrayList<>();
    for (int trial = 0; trial < order.size(); trial++) {
      watched.begin();
      (order.get(trial) ? one : other).take(trial);
      views.add(watched.view());
    }
    return Watched.guessed(views, order);
  }
}
