/**
 * What client and server say to each other about accounts, as CBOR records
 * (docs/formats/account.md). Start with {@link
 * org.anonymouscloud.core.account.protocol.AccountMethod}. Used by both halves.
 */
@NullMarked
package org.anonymouscloud.core.account.protocol;

import org.jspecify.annotations.NullMarked;
