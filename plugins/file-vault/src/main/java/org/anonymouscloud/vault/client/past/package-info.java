/**
 * What became of a path over the states of its drive. Start with {@link
 * org.anonymouscloud.vault.client.past.Versions}. Knows nothing of HTTP, and changes nothing.
 */
@NullMarked
package org.anonymouscloud.vault.client.past;

import org.jspecify.annotations.NullMarked;
