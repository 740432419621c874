/**
 * Files that hold secrets or that must be whole or absent: {@link
 * org.anonymouscloud.core.disk.PrivateFile}. It also finds a place from which SQLite can be loaded.
 * Knows nothing of what is in the files.
 */
@NullMarked
package org.anonymouscloud.core.disk;

import org.jspecify.annotations.NullMarked;
