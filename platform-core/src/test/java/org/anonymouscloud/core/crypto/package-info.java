/** Vectors and hostile input for each primitive. */
@NullMarked
package org.anonymouscloud.core.crypto;

import org.jspecify.annotations.NullMarked;
