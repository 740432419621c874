/** Placeholder. */
@NullMarked
package org.anonymouscloud.client;

import org.jspecify.annotations.NullMarked;
