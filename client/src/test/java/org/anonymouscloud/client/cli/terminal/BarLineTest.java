package org.anonymouscloud.client.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

final class BarLineTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(written, true, UTF_8);
  private final BarLine line = new BarLine(out);

  /** What a terminal shows of it: each line as it was when the next one began. */
  private String shown() {
    StringBuilder shown = new StringBuilder();
    for (String each : written.toString(UTF_8).split("\n", -1)) {
      StringBuilder row = new StringBuilder();
      for (String part : each.split("\r", -1)) {
        row.replace(0, Math.min(part.length(), row.length()), part);
      }
      shown.append(row.toString().stripTrailing()).append('\n');
    }
    return shown.toString();
  }

  @Test
  void whatIsSaidMeanwhileHasALineOfItsOwn() {
    line.accept("one 10%");
    line.aside(() -> out.println("A warning."));
    line.accept("one 20% (still)");
    line.accept("one 99%");
    line.close();
    out.println("Done.");

    assertThat(shown()).isEqualTo("A warning.\none 99%\nDone.\n\n");
  }

  @Test
  void whatEndsTheProcessTakesTheBarAway() {
    line.accept("one 10%");
    line.end();
    line.accept("one 20%");
    line.aside(() -> out.println("Interrupted."));
    line.accept("one 30%");
    line.close();

    assertThat(shown()).isEqualTo("Interrupted.\n\n");
  }

  @Test
  void aBarIsNoLongerThanALine() {
    line.accept("x".repeat(200));
    line.close();

    assertThat(shown()).isEqualTo("x".repeat(78) + "\n\n");
  }
}
