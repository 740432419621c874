/** Vectors and hostile input for the curve. */
@NullMarked
package org.anonymouscloud.core.crypto.p256;

import org.jspecify.annotations.NullMarked;
