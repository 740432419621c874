package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.core.wire.Malformed;

/**
 * The newest root this device has seen of its drive.
 *
 * @param generation of its keys; no later root has an older one, so that a device that was removed
 *     cannot go on where others have written since (A16)
 * @param hash of the signed root
 */
record RootFloor(int generation, long number, Digest hash) {
  private static final String NAME = "root-floor";
  private static final int VERSION = 1;
  private static final int ENCODED = 1 + 4 + 8 + Digest.LENGTH;

  static Optional<RootFloor> load(StateStore state) throws IOException {
    Optional<byte[]> stored = state.get(NAME);
    return stored.isEmpty() ? Optional.empty() : Optional.of(decode(stored.get()));
  }

  private static RootFloor decode(byte[] stored) throws Malformed {
    if (stored.length != ENCODED || stored[0] != VERSION) {
      // Without it an old state could be shown as new, so there is no going on.
      throw new Malformed("What this device remembers of the drive is damaged.");
    }
    ByteBuffer in = ByteBuffer.wrap(stored, 1, ENCODED - 1);
    int generation = in.getInt();
    long number = in.getLong();
    byte[] hash = new byte[Digest.LENGTH];
    in.get(hash);
    return new RootFloor(generation, number, Digest.of(hash));
  }

  /** Keeps it; it is durable when this returns. */
  void store(StateStore state) throws IOException {
    state.put(
        NAME,
        ByteBuffer.allocate(ENCODED)
            .put((byte) VERSION)
            .putInt(generation)
            .putLong(number)
            .put(hash.bytes())
            .array());
  }
}
