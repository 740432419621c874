package org.anonymouscloud.core.plugin;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;

/** What changes of an account while it is open on a device. */
public sealed interface AccountChange {
  /** A generation of the root secret has begun; this device has its secret. */
  record NewGeneration(int generation) implements AccountChange {}

  /** A device has come into the account. */
  record DeviceAdded(DeviceId device) implements AccountChange {}

  /** A device is not one of the account's any more. */
  record DeviceRemoved(DeviceId device) implements AccountChange {}

  /** A contact was added or removed or is trusted otherwise, or its chain was seen to be longer. */
  record ContactChanged(AccountId contact) implements AccountChange {}
}
