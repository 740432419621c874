/** Tests of the blobs. */
@NullMarked
package org.anonymouscloud.core.blob;

import org.jspecify.annotations.NullMarked;
