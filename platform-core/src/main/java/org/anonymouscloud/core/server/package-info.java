/**
 * The server process: what a data folder, a database, accounts, features and a port become
 * together. Start with {@link org.anonymouscloud.core.server.Server}. How many sessions each
 * account has, and who is logged in, is decided here ({@code CountedSeats}, {@code
 * LoggedInSessions}); what strangers and connections may take, in {@code session.server}. Knows no
 * feature and no database by name, and writes nothing personal to its log.
 */
@NullMarked
package org.anonymouscloud.core.server;

import org.jspecify.annotations.NullMarked;
