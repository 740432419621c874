/**
 * The server's half of the vault: packs on disk, roots and counts in the database. Start with
 * {@link org.anonymouscloud.vault.server.VaultServerFeature}, then {@code VaultService}, which
 * answers, {@code Door}, which lets members in, {@code Membership}, which knows who they are, and
 * {@code Ledger}, which knows what is in a drive. The bytes are blobs of the core. Must not know
 * what is in a pack or a root, and not the client's half.
 */
@NullMarked
package org.anonymouscloud.vault.server;

import org.jspecify.annotations.NullMarked;
