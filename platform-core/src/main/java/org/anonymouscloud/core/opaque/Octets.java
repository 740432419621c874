package org.anonymouscloud.core.opaque;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;

/** The few ways in which RFC 9497 and RFC 9807 put octets together. */
final class Octets {
  private Octets() {}

  static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** {@code I2OSP(number, 2)}. */
  static byte[] uint16(int number) {
    if (number < 0 || number > 0xffff) {
      throw new IllegalArgumentException("Not a 16-bit number: " + number);
    }
    return new byte[] {(byte) (number >>> 8), (byte) number};
  }

  /** The octets behind their length in two octets. */
  static byte[] prefixed(byte[] octets) {
    return concat(uint16(octets.length), octets);
  }

  static byte[] xor(byte[] a, byte[] b) {
    byte[] result = new byte[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = (byte) (a[i] ^ b[i]);
    }
    return result;
  }
}
