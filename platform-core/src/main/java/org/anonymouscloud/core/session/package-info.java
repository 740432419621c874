/**
 * One authenticated Noise connection that carries many streams. Start with {@link
 * org.anonymouscloud.core.session.Link}, what a client does with a connection, and {@link
 * org.anonymouscloud.core.session.Request}, what a server receives. Must not know accounts or
 * features.
 */
@NullMarked
package org.anonymouscloud.core.session;

import org.jspecify.annotations.NullMarked;
