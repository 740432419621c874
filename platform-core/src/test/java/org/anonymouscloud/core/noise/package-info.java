/** Vectors and hostile messages for the handshake. */
@NullMarked
package org.anonymouscloud.core.noise;

import org.jspecify.annotations.NullMarked;
