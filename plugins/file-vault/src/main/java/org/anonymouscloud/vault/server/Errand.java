package org.anonymouscloud.vault.server;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Right;

/**
 * What somebody comes to a drive for. Without one nothing of a drive is read or changed.
 *
 * @param drive the one that the question names
 * @param account who asks
 * @param needed the right that the question takes
 */
record Errand(DriveId drive, AccountId account, Right needed) {}
