package org.anonymouscloud.core.opaque.oprf;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;

/** The few ways in which RFC 9497 and RFC 9807 put octets together. */
public final class Octets {
  private Octets() {}

  /** A label's characters, each an octet. */
  public static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  /** The parts one after the other. */
  public static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** {@code I2OSP(number, 2)}. */
  public static byte[] uint16(int number) {
    if (number < 0 || number > 0xffff) {
      throw new IllegalArgumentException("Not a 16-bit number: " + number);
    }
    return new byte[] {(byte) (number >>> 8), (byte) number};
  }

  /** The octets behind their length in two octets. */
  public static byte[] prefixed(byte[] octets) {
    return concat(uint16(octets.length), octets);
  }

  /** Of two arrays of one length. */
  public static byte[] xor(byte[] a, byte[] b) {
    byte[] result = new byte[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = (byte) (a[i] ^ b[i]);
    }
    return result;
  }
}
