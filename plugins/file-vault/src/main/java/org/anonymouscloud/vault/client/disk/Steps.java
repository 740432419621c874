package org.anonymouscloud.vault.client.disk;

import java.io.IOException;

/** Hears how far a copy has come. */
@FunctionalInterface
public interface Steps {
  /**
   * Some more has been copied.
   *
   * @param bytes since the last step
   * @throws IOException if nobody wants the rest; the copy then ends
   */
  void step(long bytes) throws IOException;
}
