/**
 * The chat's server half. Start with {@link org.anonymouscloud.chat.server.ChatServer}. Must not
 * know the client half: the server reads no message.
 */
@NullMarked
package org.anonymouscloud.chat.server;

import org.jspecify.annotations.NullMarked;
