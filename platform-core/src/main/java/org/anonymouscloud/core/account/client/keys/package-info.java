/**
 * What opens an account, and what opens what: slots open the root secret, the root secret opens the
 * key bag and gives each feature its own secret (docs/formats/account.md). Start with {@link
 * org.anonymouscloud.core.account.client.keys.RootSecret} and {@link
 * org.anonymouscloud.core.account.client.keys.SlotSecret}. Knows neither the server nor the disk.
 */
@NullMarked
package org.anonymouscloud.core.account.client.keys;

import org.jspecify.annotations.NullMarked;
