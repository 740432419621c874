/**
 * The content of files: cut into segments, sealed on several threads and gathered in packs; read
 * back in order with the next segments already on their way. Start with {@link
 * org.anonymouscloud.vault.client.content.FileWriter} and {@link
 * org.anonymouscloud.vault.client.content.ReadAhead}. Knows no folders.
 */
@NullMarked
package org.anonymouscloud.vault.client.content;

import org.jspecify.annotations.NullMarked;
