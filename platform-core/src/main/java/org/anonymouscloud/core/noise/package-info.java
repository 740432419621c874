/**
 * The Noise Protocol Framework, revision 34, with pre-shared keys and hybrid forward secrecy: who
 * says what in a handshake, and the keys that come out. Start with {@link
 * org.anonymouscloud.core.noise.Handshake} and {@link org.anonymouscloud.core.noise.CipherState}.
 * Knows nothing of sockets, records or sessions.
 */
@NullMarked
package org.anonymouscloud.core.noise;

import org.jspecify.annotations.NullMarked;
