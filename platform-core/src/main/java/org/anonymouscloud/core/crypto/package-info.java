/**
 * The primitives, each a small type that cannot be misused: no nonce, mode or padding in a
 * signature. JCE and Bouncy Castle types stay in here and in the rooms below. Start with {@link
 * org.anonymouscloud.core.crypto.Secret} and {@link org.anonymouscloud.core.crypto.Hkdf}. Knows
 * nothing of sessions, accounts or files.
 */
@NullMarked
package org.anonymouscloud.core.crypto;

import org.jspecify.annotations.NullMarked;
