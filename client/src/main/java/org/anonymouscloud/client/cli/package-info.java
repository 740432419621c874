/**
 * The command line: a client of the agent's local API like any script. Start with {@link
 * org.anonymouscloud.client.cli.Commands}, the tree of all commands; those that are about no single
 * subject stand here beside it, the others in the rooms below, none of which knows this one. Holds
 * no keys and never talks to a server about files.
 */
@NullMarked
package org.anonymouscloud.client.cli;

import org.jspecify.annotations.NullMarked;
