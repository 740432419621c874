/**
 * The commands about what was: states of a drive, versions of a file, and the way back to them.
 * Start with {@link org.anonymouscloud.vault.client.cli.past.PastCommands}. They know the local API
 * alone; no content passes through them.
 */
@NullMarked
package org.anonymouscloud.vault.client.cli.past;

import org.jspecify.annotations.NullMarked;
