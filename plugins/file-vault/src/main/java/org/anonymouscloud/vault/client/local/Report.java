package org.anonymouscloud.vault.client.local;

import java.io.IOException;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.disk.Steps;

/** Hears how a copy goes. */
public interface Report extends Steps {
  /**
   * A thing could not be copied, and the rest goes on.
   *
   * @param message names it, as a person may see it on a terminal
   */
  void fail(Problem.Kind kind, String message) throws IOException;
}
