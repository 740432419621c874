/**
 * The server's half of accounts: what it stores of them and what it answers. Start with {@link
 * org.anonymouscloud.core.account.server.AccountService}. Never sees a password, a key that opens
 * anything, or a device's name.
 */
@NullMarked
package org.anonymouscloud.core.account.server;

import org.jspecify.annotations.NullMarked;
