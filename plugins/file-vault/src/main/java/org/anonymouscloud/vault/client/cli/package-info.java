/**
 * The vault's commands. Start with {@link org.anonymouscloud.vault.client.cli.VaultCommands}. They
 * know the local API and, through {@code disk}, the local disk; they hold no keys and never see the
 * drive itself.
 */
@NullMarked
package org.anonymouscloud.vault.client.cli;

import org.jspecify.annotations.NullMarked;
