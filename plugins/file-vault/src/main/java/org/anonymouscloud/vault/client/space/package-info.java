/**
 * What a drive needs of all that the server keeps for it, and how the rest is given back. Start
 * with {@link org.anonymouscloud.vault.client.space.Marking}, which goes through trees, and {@link
 * org.anonymouscloud.vault.client.space.Sweep}. Knows nothing of who asks for it.
 */
@NullMarked
package org.anonymouscloud.vault.client.space;

import org.jspecify.annotations.NullMarked;
