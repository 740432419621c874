/**
 * Files that hold secrets or that must be whole or absent: {@link
 * org.anonymouscloud.core.disk.PrivateFile}. Knows nothing of what is in them.
 */
@NullMarked
package org.anonymouscloud.core.disk;

import org.jspecify.annotations.NullMarked;
