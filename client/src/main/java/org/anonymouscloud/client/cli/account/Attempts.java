package org.anonymouscloud.client.cli.account;

import java.io.IOException;
import java.util.Set;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;

/** What a person types may be mistyped; then it is asked for again. */
public final class Attempts {
  /** A server lets five wrong passwords pass before it makes anybody wait. */
  static final int MOST = 3;

  private static final Set<Problem.Kind> MISTYPED =
      Set.of(Problem.Kind.BAD_INPUT, Problem.Kind.FORBIDDEN);

  private Attempts() {}

  /** Something that may fail because of what was typed for it. */
  @FunctionalInterface
  public interface Attempt<T> {
    T make() throws Problem, IOException;
  }

  /**
   * What comes of an attempt, which is made {@value #MOST} times at most while it was mistyped.
   *
   * @param typed whether a person types: what a file holds does not become better by itself
   * @param terminal is told what was wrong
   */
  public static <T> T of(boolean typed, Terminal terminal, Attempt<T> attempt)
      throws Problem, IOException {
    for (int left = typed ? MOST - 1 : 0; left > 0; left--) {
      try {
        return attempt.make();
      } catch (Problem e) {
        if (!MISTYPED.contains(e.kind())) {
          throw e;
        }
        terminal.warn(e.getMessage() + " Once more:");
      }
    }
    return attempt.make();
  }
}
