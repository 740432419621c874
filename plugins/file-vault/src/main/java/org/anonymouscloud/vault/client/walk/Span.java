package org.anonymouscloud.vault.client.walk;

import org.anonymouscloud.vault.client.tree.VaultPath;

/**
 * How much of what is below a folder is wanted.
 *
 * @param deep also what is in the folders below; else the folder's own entries
 * @param after only what comes after this path, which begins at the folder; all, if it is the top
 * @param past what is below {@code after} is passed over as well
 */
public record Span(boolean deep, VaultPath after, boolean past) {
  /** All. */
  public static final Span ALL = new Span(true, VaultPath.TOP, false);
}
