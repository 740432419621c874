/**
 * The encrypted chat: end-to-end encrypted conversations. {@code server} runs beside the core on
 * the server, {@code client} in the agent; the two share nothing but their name so far.
 */
@NullMarked
package org.anonymouscloud.chat;

import org.jspecify.annotations.NullMarked;
