package org.anonymouscloud.core.crypto.p256;

import java.math.BigInteger;
import java.util.Optional;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.util.BigIntegers;

/**
 * A number from 1 to the order of P-256 minus 1: a private key or a blind. Immutable. Never
 * printed.
 */
public final class P256Scalar {
  /** Bytes in an encoded scalar. */
  public static final int LENGTH = 32;

  static final BigInteger ORDER = CustomNamedCurves.getByName("secp256r1").getN();

  /** Bytes hashed for one scalar, so that its bias is below 2^-128 (RFC 9380, section 5). */
  private static final int WIDE = 48;

  private final BigInteger value;

  private P256Scalar(BigInteger value) {
    this.value = value;
  }

  /** Reads 32 bytes, big-endian; empty if they are not a number in range. */
  public static Optional<P256Scalar> decode(byte[] encoded) {
    return encoded.length == LENGTH
        ? inRange(BigIntegers.fromUnsignedByteArray(encoded))
        : Optional.empty();
  }

  /** A fresh scalar from the system's random source. */
  public static P256Scalar random() {
    while (true) {
      Optional<P256Scalar> candidate = decode(RandomBytes.next(LENGTH));
      if (candidate.isPresent()) {
        return candidate.get();
      }
    }
  }

  /**
   * Hashes to a scalar (RFC 9497, section 4.3); empty with a chance below 2^-255, when the hash is
   * zero.
   */
  public static Optional<P256Scalar> hash(byte[] message, byte[] label) {
    byte[] wide = ExpandMessage.xmd(message, label, WIDE);
    return inRange(BigIntegers.fromUnsignedByteArray(wide).mod(ORDER));
  }

  private static Optional<P256Scalar> inRange(BigInteger value) {
    return value.signum() > 0 && value.compareTo(ORDER) < 0
        ? Optional.of(new P256Scalar(value))
        : Optional.empty();
  }

  /** The multiplicative inverse, in constant time. */
  public P256Scalar inverse() {
    return new P256Scalar(BigIntegers.modOddInverse(ORDER, value));
  }

  /** The product. */
  public P256Scalar times(P256Scalar other) {
    return new P256Scalar(value.multiply(other.value).mod(ORDER));
  }

  /** The sum; empty if it is zero. */
  public Optional<P256Scalar> plus(P256Scalar other) {
    return inRange(value.add(other.value).mod(ORDER));
  }

  /** The difference; empty if it is zero. */
  public Optional<P256Scalar> minus(P256Scalar other) {
    return inRange(value.subtract(other.value).mod(ORDER));
  }

  /** 32 bytes, big-endian. */
  public byte[] encode() {
    return BigIntegers.asUnsignedByteArray(LENGTH, value);
  }

  /** Compares in constant time. */
  public boolean sameAs(P256Scalar other) {
    return java.security.MessageDigest.isEqual(encode(), other.encode());
  }

  BigInteger value() {
    return value;
  }

  @Override
  public String toString() {
    return "P256Scalar";
  }
}
