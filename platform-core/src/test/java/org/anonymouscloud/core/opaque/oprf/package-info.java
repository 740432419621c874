/** Vectors of the OPRF. */
@NullMarked
package org.anonymouscloud.core.opaque.oprf;

import org.jspecify.annotations.NullMarked;
