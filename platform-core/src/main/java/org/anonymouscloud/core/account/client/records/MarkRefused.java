package org.anonymouscloud.core.account.client.records;

import java.io.IOException;
import org.anonymouscloud.core.wire.FinalFailure;

/** What the server gives as this device's mark was not made by this device. */
public final class MarkRefused extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  MarkRefused(Exception cause) {
    super(
        "The server's mark for this device's records is not one that this device made: somebody"
            + " has changed it. Nothing was sent. Ask the server's owner.",
        cause);
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
