package org.anonymouscloud.vault.client.drive;

import java.time.Instant;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.tree.Removal;
import org.anonymouscloud.vault.client.tree.VaultPath;

/**
 * Something in the trash.
 *
 * @param removal name of the removal that it was a part of
 * @param time of the removal
 * @param path where it was
 */
public record Trashed(Name removal, Instant time, VaultPath path, Entry entry) {
  /** Where it is in the hidden tree. */
  VaultPath place() {
    return Removal.place(removal).join(path);
  }
}
