/**
 * An account's drive: read as it was at one root, changed by batches that end in a new root. Start
 * with {@link org.anonymouscloud.vault.client.drive.Drive}. Knows nothing of HTTP or of the local
 * disk.
 */
@NullMarked
package org.anonymouscloud.vault.client.drive;

import org.jspecify.annotations.NullMarked;
