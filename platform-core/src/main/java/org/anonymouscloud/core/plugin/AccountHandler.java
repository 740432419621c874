package org.anonymouscloud.core.plugin;

import java.io.IOException;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.Refused;

/** Answers one method for logged-in accounts. Thread-safe; runs on a thread of its own. */
@FunctionalInterface
public interface AccountHandler {
  /**
   * Does what is asked, for the caller's account and no other.
   *
   * @return the answer's body
   * @throws Refused to answer with a typed error
   * @throws IOException if the connection or the disk fails
   */
  byte[] handle(Caller caller, Request request) throws Refused, IOException;
}
