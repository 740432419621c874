/**
 * The server as the client's half uses it: packs go up and come down, roots are taken only if they
 * are signed and not older than what was seen. Start with {@link
 * org.anonymouscloud.vault.client.store.Roots}, {@link
 * org.anonymouscloud.vault.client.store.PackWriter} and {@link
 * org.anonymouscloud.vault.client.store.PackReader}. Knows sealed segments, but no files and no
 * folders.
 */
@NullMarked
package org.anonymouscloud.vault.client.store;

import org.jspecify.annotations.NullMarked;
