/**
 * One Noise connection as a row of frames each way: the greeting and the handshake, records that
 * are sealed, padded and renewed in their keys, and an end that can be told from a cut. Start with
 * {@link org.anonymouscloud.core.channel.Channel} and {@link
 * org.anonymouscloud.core.channel.FrameType}. Must not know streams, requests or accounts. The
 * format is {@code docs/formats/session.md}.
 */
@NullMarked
package org.anonymouscloud.core.channel;

import org.jspecify.annotations.NullMarked;
