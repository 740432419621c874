/** Placeholder. */
@NullMarked
package org.anonymouscloud.storage.sqlite;

import org.jspecify.annotations.NullMarked;
