/** Placeholder. */
@NullMarked
package org.anonymouscloud.storage.postgres;

import org.jspecify.annotations.NullMarked;
