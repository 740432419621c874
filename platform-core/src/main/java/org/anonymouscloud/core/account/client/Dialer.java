package org.anonymouscloud.core.account.client;

import java.io.IOException;
import org.anonymouscloud.core.session.Connection;

/** Opens a session with the server. Thread-safe. */
@FunctionalInterface
public interface Dialer {
  /**
   * Opens a new session; the caller closes it.
   *
   * @throws IOException if the server cannot be reached or its key is not the pinned one
   */
  Connection dial() throws IOException;
}
