/**
 * One authenticated Noise connection that carries many streams: what both ends share, and the
 * client's end. Start with {@link org.anonymouscloud.core.session.Link}, what a client does with a
 * connection, {@link org.anonymouscloud.core.session.Request}, what a server receives, and {@link
 * org.anonymouscloud.core.session.Line}, on which both ends stand. Must not know the server's end,
 * accounts or features.
 */
@NullMarked
package org.anonymouscloud.core.session;

import org.jspecify.annotations.NullMarked;
