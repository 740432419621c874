/**
 * Folders as trees of pages: looked up, gone through and changed without touching more pages than
 * the change needs. Start with {@link org.anonymouscloud.vault.client.tree.Folders} and {@link
 * org.anonymouscloud.vault.client.tree.FolderEditor}. Knows entries, but neither the content of
 * files nor who wants it.
 */
@NullMarked
package org.anonymouscloud.vault.client.tree;

import org.jspecify.annotations.NullMarked;
