/**
 * The client's half of accounts: how a device comes to one, keeps it, and talks to its server.
 * Start with {@link org.anonymouscloud.core.account.client.AccountClient} and {@link
 * org.anonymouscloud.core.account.client.OnlineAccount}. Knows nothing of the server's half or of
 * features.
 */
@NullMarked
package org.anonymouscloud.core.account.client;

import org.jspecify.annotations.NullMarked;
