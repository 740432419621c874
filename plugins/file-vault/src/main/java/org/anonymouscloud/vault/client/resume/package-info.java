/**
 * What a device notes of uploads that are under way, so that one that was cut goes on where it
 * stopped. Start with {@link org.anonymouscloud.vault.client.resume.Journal}. It proposes
 * references and proves nothing: whoever uses one compares its digest. Knows no sealing and asks no
 * server.
 */
@NullMarked
package org.anonymouscloud.vault.client.resume;

import org.jspecify.annotations.NullMarked;
