package org.anonymouscloud.core.account.server;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;

/** A device of an account. */
public record DeviceOfAccount(AccountId account, DeviceId device) {}
