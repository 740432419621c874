/** Placeholder. */
@NullMarked
package org.anonymouscloud.vault;

import org.jspecify.annotations.NullMarked;
