package org.anonymouscloud.core.plugin;

import java.nio.file.Path;
import java.time.Clock;
import org.anonymouscloud.core.account.AccountChains;
import org.anonymouscloud.core.account.AccountSpace;
import org.anonymouscloud.core.blob.BlobFolder;
import org.anonymouscloud.core.database.Transactions;

/**
 * What a server feature is given.
 *
 * @param tables the feature's own, as {@link ServerFeature#data} names them: up to date, in the
 *     server's database. The feature touches no others
 * @param folder the feature's own folder, existing, readable by the server alone
 * @param blobs in that folder: what is too large for a row
 * @param space the bytes of accounts, which all features share
 * @param chains tells whether what users state of each other's chains is so
 * @param push tells an account's sessions that something changed
 * @param clock the server's time
 */
public record ServerContext(
    Transactions tables,
    Path folder,
    BlobFolder blobs,
    AccountSpace space,
    AccountChains chains,
    AccountPush push,
    Clock clock) {}
