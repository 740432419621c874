/**
 * How two devices speak with each other through a letter box of the server that learns nothing of
 * it (docs/formats/account.md). Start with {@link
 * org.anonymouscloud.core.account.client.pairing.PairingChannel}. Knows nothing of the account that
 * is open on this device.
 */
@NullMarked
package org.anonymouscloud.core.account.client.pairing;

import org.jspecify.annotations.NullMarked;
