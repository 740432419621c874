/**
 * What the two halves of the vault say to each other, as CBOR records (docs/formats/vault-wire.md).
 * Start with {@link org.anonymouscloud.vault.protocol.VaultMethod}. Used by both halves.
 */
@NullMarked
package org.anonymouscloud.vault.protocol;

import org.jspecify.annotations.NullMarked;
