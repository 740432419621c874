package org.anonymouscloud.core.account.client;

import java.time.Instant;
import java.util.List;
import org.anonymouscloud.core.account.DeviceId;

/**
 * A link of the account's chain that this device has seen and the server no longer has.
 *
 * @param number of the link
 * @param time when it was made, by its maker's clock
 * @param what it said
 * @param by who made it: the name of a device, or what else was proven
 * @param text what it said, with the names of devices, for people
 * @param removed the devices that it removed
 */
public record LostLink(
    long number, Instant time, What what, String by, String text, List<DeviceId> removed) {
  /** What a link can say after the account's beginning. */
  public enum What {
    DEVICE_CAME,
    DEVICES_WENT,
    PASSWORD_CHANGED,
    RECOVERED,
    DEVICE_RENAMED
  }

  public LostLink {
    removed = List.copyOf(removed);
  }
}
