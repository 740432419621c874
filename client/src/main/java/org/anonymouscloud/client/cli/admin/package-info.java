/**
 * What a server's owner does on the server's machine, beside a server that may be running: accounts
 * and invitations, backups, checks, moves. Start with {@link
 * org.anonymouscloud.client.cli.admin.AdminCommand}; {@link
 * org.anonymouscloud.client.cli.admin.ServerDatabase} opens the database for those that look at
 * accounts. Never asks the agent.
 */
@NullMarked
package org.anonymouscloud.client.cli.admin;

import org.jspecify.annotations.NullMarked;
