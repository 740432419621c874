package org.anonymouscloud.core.account.server;

import java.time.LocalDate;
import org.anonymouscloud.core.account.UserName;

/**
 * What the server's owner may see of an account.
 *
 * @param active whether it may log in
 * @param quota bytes; {@link Long#MAX_VALUE} for no limit
 */
public record AccountSummary(
    UserName name, boolean active, long quota, LocalDate created, LocalDate lastSeen) {}
