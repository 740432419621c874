/**
 * The command line: a client of the agent's local API like any script. Start with {@link
 * org.anonymouscloud.client.cli.Commands}. Holds no keys and never talks to a server about files.
 */
@NullMarked
package org.anonymouscloud.client.cli;

import org.jspecify.annotations.NullMarked;
