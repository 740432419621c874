/**
 * The commands about what the server keeps for a drive: what of it is not needed, and whether all
 * that is needed is there. Start with {@link
 * org.anonymouscloud.vault.client.cli.space.SpaceCommands}. They know the local API alone.
 */
@NullMarked
package org.anonymouscloud.vault.client.cli.space;

import org.jspecify.annotations.NullMarked;
