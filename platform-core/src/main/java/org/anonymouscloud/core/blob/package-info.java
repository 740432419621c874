/**
 * Large bytes that a server keeps for a feature, each under a name of its own and never changed.
 * Start with {@link org.anonymouscloud.core.blob.BlobFolder}, which a feature gets from its {@code
 * ServerContext}, then {@link org.anonymouscloud.core.blob.BlobStore} and {@link
 * org.anonymouscloud.core.blob.BlobName}. Must not know whose a blob is, what is in it or which
 * feature has it: that stands in the feature's tables.
 */
@NullMarked
package org.anonymouscloud.core.blob;

import org.jspecify.annotations.NullMarked;
