/** Tests of what both ends of a wire share. */
@NullMarked
package org.anonymouscloud.core.wire;

import org.jspecify.annotations.NullMarked;
