package org.anonymouscloud.core.account.server;

import java.time.LocalDate;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.UserName;

/**
 * What the server's owner may see of an account.
 *
 * @param drive the name of its drive, drawn by the server
 * @param active whether it may log in
 * @param activity whether its owner is there
 * @param used bytes that features hold for it
 * @param held bytes that it has given back and that are there for a while longer; those of them
 *     that count are among the used ones too
 * @param quota bytes; {@link Long#MAX_VALUE} for no limit
 */
public record AccountSummary(
    UserName name,
    AccountId id,
    String drive,
    boolean active,
    Activity activity,
    long used,
    long held,
    long quota,
    LocalDate created,
    LocalDate lastSeen) {
  AccountSummary having(long usedBytes, long heldBytes) {
    return new AccountSummary(
        name, id, drive, active, activity, usedBytes, heldBytes, quota, created, lastSeen);
  }
}
