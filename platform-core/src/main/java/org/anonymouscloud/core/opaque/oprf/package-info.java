/**
 * Keyed hashes whose key and input stay apart: the OPRF of RFC 9497 with P-256 and SHA-256. Start
 * with {@link org.anonymouscloud.core.opaque.oprf.Oprf}, the mode that OPAQUE stands on. Knows no
 * passwords.
 */
@NullMarked
package org.anonymouscloud.core.opaque.oprf;

import org.jspecify.annotations.NullMarked;
