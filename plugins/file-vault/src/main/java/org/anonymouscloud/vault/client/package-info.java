/**
 * The client's half of the vault. Start with {@link org.anonymouscloud.vault.client.VaultFeature}
 * and the room {@code drive}; the rooms stand on each other in this order: {@code format}, {@code
 * store}, {@code tree}, {@code content}, {@code drive}, {@code archive}, {@code disk}, {@code api}
 * and {@code cli}. Must not know the server's half.
 */
@NullMarked
package org.anonymouscloud.vault.client;

import org.jspecify.annotations.NullMarked;
