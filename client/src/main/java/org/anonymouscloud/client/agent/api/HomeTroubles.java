package org.anonymouscloud.client.agent.api;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.session.ConnectionString;

/**
 * What a person is told besides of a failure that has to do with the agent's home. Stateless.
 *
 * @param home of the agent
 */
public record HomeTroubles(Home home) {
  /** The problem that a failure means; none if it is not one that is expected to happen. */
  Optional<Problem> problem(Exception failure) {
    Optional<Problem> expected = Failures.problem(failure);
    if (expected.isPresent()) {
      Problem problem = expected.get();
      return Optional.of(
          isOfOwnServer(problem)
              ? new Problem(
                  problem.kind(),
                  problem.getMessage()
                      + " It is the server of 'anoncloud up' here: run that, and it is there"
                      + " again.",
                  problem)
              : problem);
    }
    if (failure instanceof IOException) {
      String text = String.valueOf(failure.getMessage());
      return Optional.of(
          text.contains("No space left on device")
              ? new Problem(
                  Problem.Kind.NO_SPACE,
                  "The disk of the state folder "
                      + home.folder()
                      + " is full, and the agent needs some of it. Make room there, then try"
                      + " again.",
                  failure)
              : new Problem(Problem.Kind.UNAVAILABLE, text, failure));
    }
    return Optional.empty();
  }

  /** Whether nothing answers where {@code anoncloud up} has had a server. */
  private boolean isOfOwnServer(Problem problem) {
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectFailed failed && failed.why() == ConnectFailed.Why.UNREACHABLE) {
        String said = String.valueOf(failed.getMessage());
        return own()
            .filter(
                server ->
                    said.equals(
                        ConnectFailed.unreachable(server.host(), server.port()).getMessage()))
            .isPresent();
      }
    }
    return false;
  }

  private Optional<ConnectionString> own() {
    try {
      return home.localServer().map(ConnectionString::parse);
    } catch (IOException | IllegalArgumentException e) {
      // Then it is said without advice.
      return Optional.empty();
    }
  }
}
