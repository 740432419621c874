/**
 * Passwords that a server can check and never learn: OPAQUE-3DH of RFC 9807 with P-256 and SHA-256.
 * Start with {@link org.anonymouscloud.core.opaque.OpaqueClient} and {@link
 * org.anonymouscloud.core.opaque.OpaqueServer}. Knows neither accounts nor sessions.
 */
@NullMarked
package org.anonymouscloud.core.opaque;

import org.jspecify.annotations.NullMarked;
