package org.anonymouscloud.vault.client.drive;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Refused;
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
  private final Watched watched = new Watched();
  private TestServer server;
  private Drive drive;
  private int files;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder);
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
    double right = 0;
    for (int asked = 0; asked < order.size(); asked++) {
      right += shareOfNearest(views, order, asked);
    }
    return right / order.size();
  }

  /**
   * Of the other views nearest to one, how many are of its kind: nearest neighbours, ties shared.
   */
  private static double shareOfNearest(
      List<Map<String, Double>> views, List<Boolean> kinds, int asked) {
    double nearest = Double.MAX_VALUE;
    int same = 0;
    int all = 0;
    for (int i = 0; i < views.size(); i++) {
      if (i == asked) {
        continue;
      }
      double distance = distance(views.get(asked), views.get(i));
      if (distance < nearest) {
        nearest = distance;
        same = 0;
        all = 0;
      }
      if (distance == nearest) {
        all++;
        same += kinds.get(i).equals(kinds.get(asked)) ? 1 : 0;
      }
    }
    return (double) same / all;
  }

  private static double distance(Map<String, Double> one, Map<String, Double> other) {
    Map<String, Double> all = new TreeMap<>(one);
    other.forEach((feature, value) -> all.merge(feature, -value, Double::sum));
    return all.values().stream().mapToDouble(Math::abs).sum();
  }

  /** The server's view: how many requests of each method, and their bytes up and down. */
  private final class Watched implements Link {
    private final Map<String, Double> seen = new TreeMap<>();

    synchronized void begin() {
      seen.clear();
    }

    synchronized Map<String, Double> view() {
      return new TreeMap<>(seen);
    }

    private synchronized void see(String method, String what, double many) {
      seen.merge(method + " " + what, many, Double::sum);
    }

    @Override
    public byte[] ask(String method, byte[] body) throws Refused, IOException {
      see(method, "requests", 1);
      see(method, "up", body.length);
      byte[] answer = server.line().ask(method, body);
      see(method, "down", answer.length);
      return answer;
    }

    @Override
    public Call open(String method, byte[] body) throws IOException {
      see(method, "requests", 1);
      see(method, "up", body.length);
      return new WatchedCall(method, server.line().open(method, body));
    }

    @Override
    public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
      return server.line().subscribe(topic, receiver);
    }

    private final class WatchedCall implements Call {
      private final String method;
      private final Call call;

      WatchedCall(String method, Call call) {
        this.method = method;
        this.call = call;
      }

      @Override
      public OutputStream upload() {
        return new FilterOutputStream(call.upload()) {
          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            see(method, "up", length);
            out.write(bytes, offset, length);
          }
        };
      }

      @Override
      public InputStream download() {
        return new FilterInputStream(call.download()) {
          @Override
          public int read() throws IOException {
            int one = in.read();
            see(method, "down", one < 0 ? 0 : 1);
            return one;
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            see(method, "down", Math.max(0, read));
            return read;
          }
        };
      }

      @Override
      public byte[] answer() throws Refused, IOException {
        byte[] answer = call.answer();
        see(method, "down", answer.length);
        return answer;
      }

      @Override
      public void close() {
        call.close();
      }
    }
  }
}
