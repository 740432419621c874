/**
 * Accounts: names, the chain of their keys, registration and login by OPAQUE. The two halves live
 * in {@code account.server} and {@code account.client} and do not import each other.
 */
@NullMarked
package org.anonymouscloud.core.account;

import org.jspecify.annotations.NullMarked;
