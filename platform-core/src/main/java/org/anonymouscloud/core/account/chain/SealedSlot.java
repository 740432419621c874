package org.anonymouscloud.core.account.chain;

import java.nio.ByteBuffer;
import org.anonymouscloud.core.wire.Malformed;

/**
 * The root secret of one generation, sealed to one slot. The server keeps it and cannot read it.
 *
 * @param sealed {@link #SEALED} bytes, of HPKE
 */
public record SealedSlot(SlotId slot, int generation, byte[] sealed) {
  /** Bytes that HPKE with X-Wing and ChaCha20-Poly1305 makes of 32. */
  public static final int SEALED = 1120 + 32 + 16;

  /** Bytes in an encoded record. */
  public static final int LENGTH = 1 + SlotId.LENGTH + 4 + SEALED;

  private static final int VERSION = 1;

  public SealedSlot {
    if (sealed.length != SEALED || generation < 0) {
      throw new IllegalArgumentException("A sealed slot has a field of the wrong size.");
    }
  }

  public static SealedSlot decode(byte[] encoded) throws Malformed {
    if (encoded.length != LENGTH || encoded[0] != VERSION) {
      throw new Malformed("This is not a sealed slot of version " + VERSION + ".");
    }
    ByteBuffer in = ByteBuffer.wrap(encoded).position(1);
    byte[] slot = new byte[SlotId.LENGTH];
    in.get(slot);
    int generation = in.getInt();
    if (generation < 0) {
      throw new Malformed("A sealed slot has a negative generation.");
    }
    byte[] sealed = new byte[SEALED];
    in.get(sealed);
    return new SealedSlot(SlotId.decode(slot), generation, sealed);
  }

  public byte[] encode() {
    return ByteBuffer.allocate(LENGTH)
        .put((byte) VERSION)
        .put(slot.encode())
        .putInt(generation)
        .put(sealed)
        .array();
  }
}
