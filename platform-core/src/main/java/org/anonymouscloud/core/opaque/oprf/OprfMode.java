package org.anonymouscloud.core.opaque.oprf;

import static org.anonymouscloud.core.opaque.oprf.Octets.ascii;
import static org.anonymouscloud.core.opaque.oprf.Octets.concat;
import static org.anonymouscloud.core.opaque.oprf.Octets.prefixed;

import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;

/**
 * The three protocols of RFC 9497 with the suite P256-SHA256, and the hashes each has of its own.
 */
public enum OprfMode {
  /** Oblivious only; what OPAQUE uses. */
  OPRF(0),
  /** The server proves that it used its published key. */
  VOPRF(1),
  /** As VOPRF, with a public input besides the private one. */
  POPRF(2);

  private final byte number;

  OprfMode(int number) {
    this.number = (byte) number;
  }

  /** Section 3.1: {@code CreateContextString}. */
  private byte[] context() {
    return concat(ascii("OPRFV1-"), new byte[] {number}, ascii("-P256-SHA256"));
  }

  /** A domain separation tag of this mode. */
  byte[] label(String name) {
    return concat(ascii(name), context());
  }

  P256Point hashToGroup(byte[] input) {
    return P256Point.hash(input, label("HashToGroup-"))
        .orElseThrow(() -> new IllegalArgumentException("The input hashes to infinity."));
  }

  P256Scalar hashToScalar(byte[] input) {
    return P256Scalar.hash(input, label("HashToScalar-"))
        .orElseThrow(() -> new IllegalArgumentException("The input hashes to zero."));
  }

  /**
   * Section 3.2.1: {@code DeriveKeyPair}; the public key is the generator times the result. The
   * same for the same arguments.
   */
  public P256Scalar deriveKey(byte[] seed, byte[] info) {
    byte[] input = concat(seed, prefixed(info));
    for (int counter = 0; counter < 256; counter++) {
      var key = P256Scalar.hash(concat(input, new byte[] {(byte) counter}), label("DeriveKeyPair"));
      if (key.isPresent()) {
        return key.get();
      }
    }
    throw new IllegalArgumentException("No key can be derived from this seed.");
  }
}
