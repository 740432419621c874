package org.anonymouscloud.core.account.client.records;

import java.io.IOException;
import java.nio.file.Path;
import org.anonymouscloud.core.wire.FinalFailure;

/** The file of this device's records was changed, cut, or put there from elsewhere. */
public final class RecordsDamaged extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  RecordsDamaged(Path file, Exception cause) {
    super(
        "The file "
            + file
            + ", in which features keep what is this device's alone, is damaged. End the agent and"
            + " remove the file: then they begin anew on this device.",
        cause);
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
