/**
 * Copies between the local disk and a drive, by whichever process does them: the agent where it
 * sees the disk as the command does ({@link org.anonymouscloud.vault.client.local.LocalView}), else
 * the command, which then has an archive carried between them. Start with {@link
 * org.anonymouscloud.vault.client.local.TreeUpload} and {@link
 * org.anonymouscloud.vault.client.local.TreeDownload}. Knows the disk and paths of the vault, not
 * the drive and not who asks.
 */
@NullMarked
package org.anonymouscloud.vault.client.local;

import org.jspecify.annotations.NullMarked;
