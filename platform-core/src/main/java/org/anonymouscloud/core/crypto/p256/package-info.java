/**
 * The curve P-256 as a group of prime order, with hashing to it (RFC 9380). Start with {@link
 * org.anonymouscloud.core.crypto.p256.P256Point}: every instance is valid. Knows nothing of
 * passwords.
 */
@NullMarked
package org.anonymouscloud.core.crypto.p256;

import org.jspecify.annotations.NullMarked;
