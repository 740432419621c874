/**
 * Who the members of a drive are, and its keys: signed lists that follow one another ({@code
 * docs/formats/drive.md}), believed only as far as the chains of their makers' accounts carry them.
 * Start with {@link org.anonymouscloud.vault.client.members.Members}. Knows nothing of roots, files
 * and folders.
 */
@NullMarked
package org.anonymouscloud.vault.client.members;

import org.jspecify.annotations.NullMarked;
