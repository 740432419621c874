package org.anonymouscloud.client.agent.account;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.jspecify.annotations.Nullable;

/**
 * What lies outside of this process and may take long to answer: servers, and the keyring that asks
 * a person. Thread-safe.
 */
public final class Outside {
  private static final Duration CONNECT = Duration.ofSeconds(15);

  private volatile @Nullable Waiting waiting;

  /**
   * @param what is to answer
   * @param who waits for it
   */
  private record Waiting(Awaited what, Thread who) {}

  /** Something that is asked. */
  @FunctionalInterface
  interface Question<T, X extends Exception> {
    T ask() throws X, IOException;
  }

  /** Asks the platform's keyring. */
  <T, X extends Exception> T keyring(Question<T, X> question) throws X, IOException {
    return waitFor(Awaited.KEYRING, question);
  }

  /** A new session with a server. */
  Connection dial(ConnectionString server) throws IOException {
    // Only a key that is known already: whoever asks the person about a new one is not the agent.
    return waitFor(Awaited.server(server), () -> Session.connect(server, KeyCheck.NONE, CONNECT));
  }

  private <T, X extends Exception> T waitFor(Awaited what, Question<T, X> question)
      throws X, IOException {
    waiting = new Waiting(what, Thread.currentThread());
    try {
      return question.ask();
    } finally {
      waiting = null;
    }
  }

  /** What does not answer just now, though somebody asks it. */
  Optional<Awaited> awaited() {
    return Optional.ofNullable(waiting).map(Waiting::what);
  }

  /** Whoever waits does so no longer. */
  void interrupt() {
    Waiting last = waiting;
    if (last != null) {
      last.who().interrupt();
    }
  }
}
