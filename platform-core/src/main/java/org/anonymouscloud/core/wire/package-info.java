/**
 * What both ends of a session agree on before any feature speaks: the closed set of error codes and
 * the CBOR encoding of records. Start with {@link org.anonymouscloud.core.wire.ErrorCode} and
 * {@link org.anonymouscloud.core.wire.Cbor}. Knows nothing of sockets.
 */
@NullMarked
package org.anonymouscloud.core.wire;

import org.jspecify.annotations.NullMarked;
