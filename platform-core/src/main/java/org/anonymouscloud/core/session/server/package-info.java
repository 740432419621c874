/**
 * The server's end of sessions: who may come in, how many at once, and how much memory their
 * requests may hold. Start with {@link org.anonymouscloud.core.session.server.SessionListener},
 * which takes connections in, and {@link org.anonymouscloud.core.session.server.SessionHandler},
 * which answers the requests of one. Must not know accounts or features: a user is whom the handler
 * says it is.
 */
@NullMarked
package org.anonymouscloud.core.session.server;

import org.jspecify.annotations.NullMarked;
