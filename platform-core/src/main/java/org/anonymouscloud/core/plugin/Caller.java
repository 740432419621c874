package org.anonymouscloud.core.plugin;

import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;

/**
 * Who asks a server's feature.
 *
 * @param account whose it is
 * @param device of the account that is logged in; none if the session has only proven the account,
 *     for a device that is about to come in ({@link RunningFeature#openToProven})
 * @param session the same number for all that is asked on one session, and never for another one of
 *     this process
 */
public record Caller(AccountId account, Optional<DeviceId> device, long session) {}
