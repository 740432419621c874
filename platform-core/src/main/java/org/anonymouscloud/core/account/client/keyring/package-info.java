/**
 * The platform's own store of secrets, which opens with its user's login. Start with {@link
 * org.anonymouscloud.core.account.client.keyring.Keyring}. Knows nothing of what a secret opens.
 */
@NullMarked
package org.anonymouscloud.core.account.client.keyring;

import org.jspecify.annotations.NullMarked;
