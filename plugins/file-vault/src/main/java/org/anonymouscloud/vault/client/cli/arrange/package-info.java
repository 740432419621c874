/**
 * The commands that give what is in the vault another place: moved, copied, in the trash. Start
 * with {@link org.anonymouscloud.vault.client.cli.arrange.ArrangeCommands}. They know the local API
 * alone; no content passes through them.
 */
@NullMarked
package org.anonymouscloud.vault.client.cli.arrange;

import org.jspecify.annotations.NullMarked;
