package org.anonymouscloud.client.cli.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.junit.jupiter.api.Test;

class AttemptsTest {
  private final Said said = new Said();
  private int made;

  private String failing(int times, Problem.Kind kind) throws Problem {
    made++;
    if (made <= times) {
      throw new Problem(kind, "Wrong.");
    }
    return "right";
  }

  @Test
  void whatWasMistypedIsAskedForThreeTimes() throws Exception {
    assertThat(Attempts.of(true, said, () -> failing(2, Problem.Kind.BAD_INPUT)))
        .isEqualTo("right");
    assertThat(said.warnings).containsExactly("Wrong. Once more:", "Wrong. Once more:");

    made = 0;
    assertThatExceptionOfType(Problem.class)
        .isThrownBy(() -> Attempts.of(true, said, () -> failing(9, Problem.Kind.FORBIDDEN)));
    assertThat(made).isEqualTo(Attempts.MOST);
  }

  @Test
  void whatAFileHoldsAndWhatIsNoTypoIsNotTriedAgain() {
    for (Problem.Kind kind : List.of(Problem.Kind.UNAVAILABLE, Problem.Kind.REFUSED)) {
      made = 0;
      assertThatExceptionOfType(Problem.class)
          .isThrownBy(() -> Attempts.of(true, said, () -> failing(1, kind)));
      assertThat(made).isEqualTo(1);
    }
    made = 0;
    assertThatExceptionOfType(Problem.class)
        .isThrownBy(() -> Attempts.of(false, said, () -> failing(1, Problem.Kind.BAD_INPUT)));
    assertThat(made).isEqualTo(1);
    assertThat(said.warnings).isEmpty();
  }

  private static final class Said implements Terminal {
    @Override
    public boolean confirm(List<String> before, String question) {
      throw new AssertionError("Nobody is asked.");
    }

    private final List<String> warnings = new ArrayList<>();

    @Override
    public void print(String line) {
      throw new AssertionError(line);
    }

    @Override
    public void warn(String line) {
      warnings.add(line);
    }

    @Override
    public OutputStream output() {
      throw new AssertionError("Nothing is to be written.");
    }

    @Override
    public void printJson(Object document) {
      throw new AssertionError("Nothing is to be written.");
    }

    @Override
    public boolean isWatched() {
      return false;
    }

    @Override
    public Progress progress(String task, long total) {
      throw new AssertionError("Nothing takes long.");
    }
  }
}
