/**
 * What a client keeps of an account and shows of it to people. Start with {@link
 * org.anonymouscloud.core.account.client.EmergencySheet}. Knows nothing of the server's half.
 */
@NullMarked
package org.anonymouscloud.core.account.client;

import org.jspecify.annotations.NullMarked;
