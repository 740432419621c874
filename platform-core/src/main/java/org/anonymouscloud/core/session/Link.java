package org.anonymouscloud.core.session;

import java.io.IOException;
import java.util.function.Consumer;
import org.anonymouscloud.core.wire.Refused;

/**
 * How a client talks to its server: many requests at once, each answered exactly once. Thread-safe.
 */
public interface Link {
  /**
   * Sends a request without bulk data and waits for its answer.
   *
   * @param method {@code feature/verb}
   * @return the answer's body
   * @throws Refused if the server says no
   * @throws IOException if the connection breaks before the answer
   */
  byte[] ask(String method, byte[] body) throws Refused, IOException;

  /** Sends a request that carries bulk data either way. The caller closes the call. */
  Call open(String method, byte[] body) throws IOException;

  /**
   * Calls {@code receiver} with the body of each message that the server pushes under a topic; it
   * must not block. A push is a hint and may be lost, for instance while the link reconnects.
   *
   * @param topic {@code feature/topic}
   * @return closes the subscription
   */
  Subscription subscribe(String topic, Consumer<byte[]> receiver);

  /** A running subscription. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
