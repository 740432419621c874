package org.anonymouscloud.core.account.client.local;

import java.io.IOException;
import java.nio.file.Path;
import org.anonymouscloud.core.wire.FinalFailure;

/** A file of this device's account was changed, cut, or put there from elsewhere. */
public final class StateDamaged extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  StateDamaged(Path file) {
    super(
        "The account's file "
            + file
            + " is damaged. Put it back from a backup, or remove the folder and log in again.");
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
