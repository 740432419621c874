package org.anonymouscloud.core.account.client;

import java.time.Instant;
import org.anonymouscloud.core.account.DeviceId;

/**
 * A device of the account as its owner sees it.
 *
 * @param name what the owner calls it
 * @param added when it came, by the clock of whoever added it
 * @param here whether it is this one
 */
public record KnownDevice(DeviceId id, String name, Instant added, boolean here) {
  /** How the name of a device begins on which nobody is logged in any more. */
  static final String LOGGED_OUT = "(logged out)";

  /** Whether somebody has logged out on it, as far as it could tell the others. */
  public boolean isLoggedOut() {
    return name.startsWith(LOGGED_OUT);
  }
}
