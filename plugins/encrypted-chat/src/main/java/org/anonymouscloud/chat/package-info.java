/** Placeholder. */
@NullMarked
package org.anonymouscloud.chat;

import org.jspecify.annotations.NullMarked;
