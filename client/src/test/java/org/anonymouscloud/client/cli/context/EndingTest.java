package org.anonymouscloud.client.cli.context;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What SIGTERM does to a process that takes its time to end. */
@Timeout(60)
final class EndingTest {
  private static final String STUCK = "stuck";

  /** A process that waits for its end, and does not come to it if it is asked to be stuck. */
  public static void main(String[] arguments) throws InterruptedException {
    try (Ending ending = Ending.onSignal()) {
      System.out.println("ready");
      ending.await();
      System.out.println("asked");
      if (arguments[0].equals(STUCK)) {
        new CountDownLatch(1).await();
      }
    }
  }

  @Test
  void aSecondSignalEndsAtOnceWhatTheFirstDoesNot() throws Exception {
    Process process = start(STUCK);
    try (BufferedReader printed = process.inputReader(UTF_8)) {
      assertThat(printed.readLine()).isEqualTo("ready");
      terminate(process);
      assertThat(printed.readLine()).isEqualTo("asked");
      assertThat(process.isAlive()).isTrue();

      terminate(process);

      assertThat(printed.readLine()).isEqualTo("anoncloud: ended at once, as asked twice.");
      assertThat(process.waitFor()).isEqualTo(1);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void oneSignalEndsInAnOrderlyWay() throws Exception {
    Process process = start("willing");
    try (BufferedReader printed = process.inputReader(UTF_8)) {
      assertThat(printed.readLine()).isEqualTo("ready");

      terminate(process);

      assertThat(printed.readLine()).isEqualTo("asked");
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process start(String how) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            EndingTest.class.getName(),
            how)
        .redirectErrorStream(true)
        .start();
  }

  /** Not by the Process, which closes the streams. */
  private static void terminate(Process process) {
    assertThat(process.toHandle().destroy()).isTrue();
  }
}
