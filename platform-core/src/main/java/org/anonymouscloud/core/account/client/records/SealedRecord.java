package org.anonymouscloud.core.account.client.records;

import java.nio.ByteBuffer;
import org.anonymouscloud.core.crypto.Digest;

/**
 * A record as the file has it. The arrays are nobody's to change.
 *
 * @param place what the file calls it
 * @param owner what the file calls its feature
 */
record SealedRecord(Digest place, Digest owner, byte[] key, byte[] value) {
  /** By which the file orders its rows. */
  byte[] name() {
    return ByteBuffer.allocate(2 * Digest.LENGTH).put(owner.bytes()).put(place.bytes()).array();
  }
}
