/**
 * The person's side of a command: what is printed, asked and complained of. Start with {@link
 * org.anonymouscloud.client.cli.terminal.StandardTerminal}. Knows no command.
 */
@NullMarked
package org.anonymouscloud.client.cli.terminal;

import org.jspecify.annotations.NullMarked;
