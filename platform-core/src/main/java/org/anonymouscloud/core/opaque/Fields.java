package org.anonymouscloud.core.opaque;

import java.nio.ByteBuffer;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.wire.Malformed;

/** Reads the fields of a message of fixed size, one after the other. */
final class Fields {
  private final ByteBuffer rest;
  private final String message;

  private Fields(byte[] encoded, String message) {
    this.rest = ByteBuffer.wrap(encoded);
    this.message = message;
  }

  static Fields of(byte[] encoded, int length, String message) throws Malformed {
    if (encoded.length != length) {
      throw new Malformed(
          "A " + message + " has " + length + " bytes, not " + encoded.length + ".");
    }
    return new Fields(encoded, message);
  }

  byte[] octets(int length) {
    byte[] field = new byte[length];
    rest.get(field);
    return field;
  }

  P256Point point() throws Malformed {
    return P256Point.decode(octets(P256Point.LENGTH))
        .orElseThrow(() -> new Malformed("A " + message + " holds no point of the curve."));
  }
}
