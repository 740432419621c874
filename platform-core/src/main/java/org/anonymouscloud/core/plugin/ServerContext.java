package org.anonymouscloud.core.plugin;

import java.nio.file.Path;
import java.time.Clock;
import org.anonymouscloud.core.account.AccountSpace;
import org.anonymouscloud.core.database.OpenDatabase;

/**
 * What a server feature is given.
 *
 * @param database the server's database; the feature touches only its own tables
 * @param folder the feature's own folder, existing, readable by the server alone
 * @param space the bytes of accounts, which all features share
 * @param push tells an account's sessions that something changed
 * @param clock the server's time
 */
public record ServerContext(
    OpenDatabase database, Path folder, AccountSpace space, AccountPush push, Clock clock) {}
