package org.anonymouscloud.core.session.server;

import java.io.IOException;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.Refused;

/** The answering side of one session. Thread-safe: each request runs on a thread of its own. */
public interface SessionHandler extends AutoCloseable {
  /**
   * Answers one request.
   *
   * @return the answer's body
   * @throws Refused to answer with a typed error
   * @throws IOException if the connection or the disk fails
   */
  byte[] handle(Request request) throws Refused, IOException;

  /**
   * Whether a request is taken in though the user's other devices hold all the memory that is the
   * user's: then the greediest of them gives way.
   *
   * @param method {@code feature/verb}, as the client says it
   */
  default boolean isUrgent(String method) {
    return false;
  }

  /** The session has ended, whoever ended it. Called once, after the last request. */
  @Override
  void close();
}
