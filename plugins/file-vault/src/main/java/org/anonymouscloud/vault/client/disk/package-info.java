/**
 * The local disk, where names may be hostile and things change while they are looked at: what is
 * read from it, and what is written so that nothing else is touched and no half file stands under
 * its name. Start with {@link org.anonymouscloud.vault.client.disk.LocalTarget} and {@link
 * org.anonymouscloud.vault.client.disk.LocalFile}. Knows neither the drive nor who asks: no
 * terminal, no command and no end of a process.
 */
@NullMarked
package org.anonymouscloud.vault.client.disk;

import org.jspecify.annotations.NullMarked;
