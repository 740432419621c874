package org.anonymouscloud.vault.client.store;

import org.anonymouscloud.vault.protocol.PackName;

/**
 * Is told how packs fare that hold something of its own. Called on the threads that send; what it
 * does delays the pack, and must not fail.
 */
public interface PackWatch {
  /** Watches nothing. */
  PackWatch NONE =
      new PackWatch() {
        @Override
        public boolean leaving(PackName pack, int length) {
          return false;
        }

        @Override
        public void stored(PackName pack) {
          // Nobody asks.
        }
      };

  /**
   * Before the first byte is sent; all that goes into the pack has its place by then.
   *
   * @param length of the pack in bytes, padding included
   * @return whether it is noted on the disk, so that the next try uses the pack or gives it back
   */
  boolean leaving(PackName pack, int length);

  /** The server holds the pack durably. */
  void stored(PackName pack);
}
