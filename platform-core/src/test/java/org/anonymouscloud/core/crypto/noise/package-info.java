/** Vectors and hostile input for what Noise is made of. */
@NullMarked
package org.anonymouscloud.core.crypto.noise;

import org.jspecify.annotations.NullMarked;
