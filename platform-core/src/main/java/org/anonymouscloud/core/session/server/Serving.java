package org.anonymouscloud.core.session.server;

import java.io.IOException;

/** What becomes of the connections that a listener has let in. Thread-safe. */
public interface Serving {
  /**
   * Serves a connection until it is over, on the calling thread, and closes its socket.
   *
   * @throws IOException if its handshake does not come about
   */
  void serve(Arrival arrival) throws IOException;

  /** Ends each session when its running requests are answered. Does not wait for that. */
  void drain();

  /** Ends each session at once. */
  void cut();
}
