/**
 * What Noise is made of (revision 34, section 12): the key agreements of a handshake and the
 * ciphers of numbered messages. Start with {@link
 * org.anonymouscloud.core.crypto.noise.X25519KeyPair} and {@link
 * org.anonymouscloud.core.crypto.noise.Aead}. Not for features, and knows nothing of who says what
 * in a handshake.
 */
@NullMarked
package org.anonymouscloud.core.crypto.noise;

import org.jspecify.annotations.NullMarked;
