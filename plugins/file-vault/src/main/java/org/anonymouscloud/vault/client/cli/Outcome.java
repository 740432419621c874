package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;

/**
 * What became of a command that goes on after a failure: each is named, the worst decides. Without
 * an agent, or without a server, there is no going on; what was done until then is still told.
 */
public final class Outcome {
  private final Terminal terminal;
  private final List<String> failures = new ArrayList<>();
  private int exitCode;
  private boolean over;

  /**
   * @param terminal where each failure is said
   */
  public Outcome(Terminal terminal) {
    this.terminal = terminal;
  }

  /** A step of a command. */
  @FunctionalInterface
  public interface Step {
    void run() throws Problem, IOException;
  }

  /** Does a step, unless one before it has failed in a way that this one would too. */
  public void attempt(Step step) throws IOException {
    if (over) {
      return;
    }
    try {
      step.run();
    } catch (Problem problem) {
      over =
          problem.kind() == Problem.Kind.NOT_LOGGED_IN
              || problem.kind() == Problem.Kind.UNAVAILABLE;
      fail(problem.kind(), String.valueOf(problem.getMessage()));
    }
  }

  /** Something could not be done. */
  public void fail(Problem.Kind kind, String message) {
    terminal.warn(message);
    failures.add(message);
    exitCode = Math.max(exitCode, kind.exitCode());
  }

  /**
   * Something could not be read.
   *
   * @param part what the agent says of it, with the code of why
   */
  public void failUnread(JsonNode part, String message) {
    Problem.Kind kind =
        Problem.Kind.ofCode(part.path("code").asText()).orElse(Problem.Kind.SECURITY);
    fail(kind, message);
  }

  /** What was passed over, as it cannot be kept. */
  public void skip(String message) {
    terminal.warn(message);
  }

  /** What has failed, in the order in which it did. */
  public List<String> failures() {
    return List.copyOf(failures);
  }

  /** That of the worst failure; 0 if there was none. */
  public int exitCode() {
    return exitCode;
  }

  /** The problem that an exception carries, however deep; else the exception itself. */
  static IOException unwrapped(IOException e) throws Problem {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Problem problem) {
        throw problem;
      }
    }
    if (String.valueOf(e.getMessage()).contains("No space left on device")) {
      throw new Problem(Problem.Kind.NO_SPACE, "The local disk is full: " + e.getMessage(), e);
    }
    return e;
  }
}
