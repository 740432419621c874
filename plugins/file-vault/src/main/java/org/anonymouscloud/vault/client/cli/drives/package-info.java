/**
 * The commands about drives as a whole: which there are, who uses them, who pays. Start with {@link
 * org.anonymouscloud.vault.client.cli.drives.DriveCommand}. Knows the local API alone.
 */
@NullMarked
package org.anonymouscloud.vault.client.cli.drives;

import org.jspecify.annotations.NullMarked;
