package org.anonymouscloud.vault.client.remote;

import java.io.IOException;
import org.anonymouscloud.core.wire.FinalFailure;
import org.anonymouscloud.vault.protocol.DriveId;

/**
 * The server has no such drive for this account. Of the home that is believed only as long as
 * nobody has made it; any other was there once, and nobody can tell why it is not any more.
 */
public final class DriveGone extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  public DriveGone(DriveId drive) {
    super(
        "The server does not have the drive "
            + drive
            + " for this account any more: an owner of it has taken you out, it was deleted, or the"
            + " server hides it, which nobody can tell apart. Whoever uses it with you may know;"
            + " 'anoncloud drive leave "
            + drive
            + "' takes it off your list.");
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
