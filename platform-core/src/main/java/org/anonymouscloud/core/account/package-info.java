/**
 * Accounts: names, the chain of their keys, registration and login by OPAQUE. The two halves live
 * in {@code account.server} and {@code account.client} and do not import each other; {@code
 * account.chain} is what both can check, {@code account.protocol} what they say. Start with {@code
 * ChainState} in {@code account.chain}.
 */
@NullMarked
package org.anonymouscloud.core.account;

import org.jspecify.annotations.NullMarked;
