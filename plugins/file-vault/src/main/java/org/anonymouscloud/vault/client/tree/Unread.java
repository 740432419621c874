package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import org.anonymouscloud.vault.client.remote.Untrusted;

/** Hears which folders could not be read, or not wholly, while the rest goes on. */
@FunctionalInterface
public interface Unread {
  /**
   * @param path seen from where the way began
   */
  void folder(VaultPath path, Untrusted why) throws IOException;
}
