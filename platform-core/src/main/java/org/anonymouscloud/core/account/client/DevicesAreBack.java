package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.Collection;
import java.util.stream.Collectors;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.wire.FinalFailure;

/**
 * The server's chain lists devices of the account that this one knows to have been removed: it went
 * back to an older state, and nobody has removed them again yet. Nothing of it is used before that.
 */
public final class DevicesAreBack extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  DevicesAreBack(Collection<DeviceId> back) {
    super(
        "The server has put back a state of your account in which devices are that were removed: "
            + back.stream().map(DeviceId::toString).sorted().collect(Collectors.joining(", "))
            + ". Nothing of it was used. 'anoncloud drive accept-restored' removes them again.");
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
