/**
 * What a device keeps of its account on its own disk, sealed (docs/formats/account.md). Start with
 * {@link org.anonymouscloud.core.account.client.local.AccountFolder}. Knows no server.
 */
@NullMarked
package org.anonymouscloud.core.account.client.local;

import org.jspecify.annotations.NullMarked;
