package org.anonymouscloud.vault.client.store;

import java.util.Collection;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * Remembers, beyond the end of this process, which packs may be on the server for nothing. Called
 * on the threads that send; what it does delays them, and must not fail.
 */
public interface PackNotes {
  /** Remembers nothing. */
  PackNotes NONE =
      new PackNotes() {
        @Override
        public void leaving(PackName pack, int length) {
          // Nobody asks.
        }

        @Override
        public void settled(Collection<PackName> packs) {
          // Nobody asks.
        }

        @Override
        public void ended(Collection<PackName> packs) {
          // Nobody asks.
        }
      };

  /**
   * Before the first byte of a pack is sent that no {@link PackWatch} has noted.
   *
   * @param length in bytes, padding included
   */
  void leaving(PackName pack, int length);

  /** Packs that a root has named, or that are known not to be on the server. */
  void settled(Collection<PackName> packs);

  /** The work is over that had sent these; what is not settled is there for nothing. */
  void ended(Collection<PackName> packs);
}
