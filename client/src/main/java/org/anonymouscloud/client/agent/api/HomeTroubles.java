package org.anonymouscloud.client.agent.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * What a person is told besides of a failure that has to do with the agent's home. Stateless.
 *
 * @param home of the agent
 * @param withServer whether a server of this home runs beside it, as of {@code anoncloud up}
 */
public record HomeTroubles(Home home, boolean withServer) {
  /** Bytes of the largest pack that the server is asked to take at once. */
  private static final long LARGEST = 16L << 20;

  /** The problem that a failure means; none if it is not one that is expected to happen. */
  Optional<Problem> problem(Exception failure) {
    Optional<Problem> expected = Failures.problem(failure);
    if (expected.isPresent()) {
      Problem problem = expected.get();
      if (problem.kind() == Problem.Kind.NO_SPACE && isFullDisk(problem)) {
        return Optional.of(
            lacking()
                .map(
                    lacks ->
                        new Problem(problem.kind(), problem.getMessage() + " " + lacks, problem))
                .orElse(problem));
      }
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

  /** What the server beside this agent lacks to take more; none if there is none, or it does. */
  public Optional<String> lacking() {
    try {
      return withServer
          ? lacking(home.server(), Files.getFileStore(home.server()).getUsableSpace())
          : Optional.empty();
    } catch (IOException e) {
      // Then it is said without the numbers.
      return Optional.empty();
    }
  }

  static Optional<String> lacking(Path folder, long free) {
    return free >= BlobStore.SPARE_SPACE + LARGEST
        ? Optional.empty()
        : Optional.of(
            "It is the server of 'anoncloud up' here: the disk of "
                + folder
                + " has "
                + ShownSize.of(free)
                + " free, of which "
                + ShownSize.of(BlobStore.SPARE_SPACE)
                + " are held back for what the server needs to go on. Make room on that disk.");
  }

  private static boolean isFullDisk(Problem problem) {
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      if (cause instanceof Refused refused && refused.code() == ErrorCode.STORAGE_FULL) {
        return true;
      }
    }
    return false;
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
