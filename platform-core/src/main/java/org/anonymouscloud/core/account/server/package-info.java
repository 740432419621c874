/**
 * The server's half of accounts: what it stores of them and what it answers. Start with {@link
 * org.anonymouscloud.core.account.server.AccountService}. Never sees a password, a key that opens
 * anything, or a device's name. More than twenty types, because the tables are seen by nobody else:
 * whatever reads or changes a row of an account is in this room.
 */
@NullMarked
package org.anonymouscloud.core.account.server;

import org.jspecify.annotations.NullMarked;
