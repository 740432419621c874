/**
 * The chat's client half. Start with {@link org.anonymouscloud.chat.client.ChatFeature}. Must not
 * know the server half.
 */
@NullMarked
package org.anonymouscloud.chat.client;

import org.jspecify.annotations.NullMarked;
