/**
 * Times and sizes as people type them for the commands. Start with {@link
 * org.anonymouscloud.vault.client.cli.typed.TypedTime}. Knows no command and no drive.
 */
@NullMarked
package org.anonymouscloud.vault.client.cli.typed;

import org.jspecify.annotations.NullMarked;
