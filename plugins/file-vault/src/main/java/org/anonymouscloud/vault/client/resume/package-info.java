/**
 * What a device notes of uploads that are under way, so that one that was cut goes on where it
 * stopped, and what was sent for nothing is given back. Start with {@link
 * org.anonymouscloud.vault.client.resume.Journal}. It proposes references and proves nothing:
 * whoever uses one compares its digest. Knows no sealing; of the server, {@link
 * org.anonymouscloud.vault.client.resume.Leftovers} alone asks something.
 */
@NullMarked
package org.anonymouscloud.vault.client.resume;

import org.jspecify.annotations.NullMarked;
