/**
 * The bytes of a drive (docs/formats/vault.md): the signed root, pages of folders, lists of
 * segments, and how each of them is sealed for its place. Start with {@link
 * org.anonymouscloud.vault.client.format.SignedRoot}, {@link
 * org.anonymouscloud.vault.client.format.Page} and {@link
 * org.anonymouscloud.vault.client.format.Sealing}. Reads no network and no disk, and knows no
 * server.
 *
 * <p>More than twenty types, because each thing that docs/formats/vault.md lays out to the byte has
 * one.
 */
@NullMarked
package org.anonymouscloud.vault.client.format;

import org.jspecify.annotations.NullMarked;
