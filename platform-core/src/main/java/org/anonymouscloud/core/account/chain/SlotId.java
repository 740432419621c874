package org.anonymouscloud.core.account.chain;

import java.util.Arrays;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.wire.Malformed;

/** One of the ways into an account: a key pair to which its root secret is sealed. */
public sealed interface SlotId {
  /** Bytes in an encoded id: the kind and, for a device, its id, else zeros. */
  int LENGTH = 1 + DeviceId.LENGTH;

  /** Opened by password and account key together. */
  record Password() implements SlotId {}

  /** Opened by the recovery words. */
  record Recovery() implements SlotId {}

  /** Opened by a secret that lies on one device. */
  record Device(DeviceId id) implements SlotId {}

  default byte[] encode() {
    byte[] encoded = new byte[LENGTH];
    switch (this) {
      case Password() -> encoded[0] = 1;
      case Recovery() -> encoded[0] = 2;
      case Device(DeviceId id) -> {
        encoded[0] = 3;
        System.arraycopy(id.bytes(), 0, encoded, 1, DeviceId.LENGTH);
      }
    }
    return encoded;
  }

  static SlotId decode(byte[] encoded) throws Malformed {
    if (encoded.length == LENGTH) {
      SlotId slot =
          switch (encoded[0]) {
            case 1 -> new Password();
            case 2 -> new Recovery();
            default -> new Device(DeviceId.of(Arrays.copyOfRange(encoded, 1, LENGTH)));
          };
      if (Arrays.equals(slot.encode(), encoded)) {
        return slot;
      }
    }
    throw new Malformed("This is not the id of a slot.");
  }
}
