package org.anonymouscloud.core.crypto.p256;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.hash2curve.MapToCurve;
import org.bouncycastle.crypto.hash2curve.impl.SimplifiedShallueVanDeWoestijneMapToCurve;
import org.bouncycastle.math.ec.ECConstantTimeMultiplier;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;

/**
 * A point of the curve P-256 other than the one at infinity: every instance is valid (A17).
 * Immutable.
 */
public final class P256Point {
  /** Bytes in an encoded point (SEC 1, compressed). */
  public static final int LENGTH = 33;

  private static final ECCurve CURVE = CustomNamedCurves.getByName("secp256r1").getCurve();
  private static final P256Point GENERATOR =
      new P256Point(CustomNamedCurves.getByName("secp256r1").getG());
  private static final BigInteger PRIME = CURVE.getField().getCharacteristic();

  /** RFC 9380, section 8.2: Z is -10. */
  private static final BigInteger Z = PRIME.subtract(BigInteger.TEN);

  /** Bytes hashed for one field element (RFC 9380, section 8.2: L is 48). */
  private static final int WIDE = 48;

  private final ECPoint point;

  private P256Point(ECPoint point) {
    this.point = point.normalize();
  }

  /** The curve's base point. */
  public static P256Point generator() {
    return GENERATOR;
  }

  /** Reads a compressed point; empty if the bytes are not one. */
  public static Optional<P256Point> decode(byte[] encoded) {
    if (encoded.length != LENGTH || (encoded[0] != 2 && encoded[0] != 3)) {
      return Optional.empty();
    }
    try {
      return finite(CURVE.decodePoint(encoded));
    } catch (IllegalArgumentException notOnTheCurve) {
      return Optional.empty();
    }
  }

  /**
   * Hashes to a point that nobody knows the logarithm of: suite {@code P256_XMD:SHA-256_SSWU_RO_}
   * (RFC 9380, section 8.2). The library's map calculates with {@code BigInteger}, in a time that
   * depends on the message: only clients hash, each its own password, and nobody can ask them to.
   *
   * @param label the domain separation tag
   * @return empty with a chance below 2^-255, when the hash is the point at infinity
   */
  public static Optional<P256Point> hash(byte[] message, byte[] label) {
    byte[] wide = ExpandMessage.xmd(message, label, 2 * WIDE);
    MapToCurve map = new SimplifiedShallueVanDeWoestijneMapToCurve(CURVE, Z);
    ECPoint first = map.process(fieldElement(Arrays.copyOf(wide, WIDE)));
    ECPoint second = map.process(fieldElement(Arrays.copyOfRange(wide, WIDE, 2 * WIDE)));
    return finite(first.add(second));
  }

  private static BigInteger fieldElement(byte[] wide) {
    return BigIntegers.fromUnsignedByteArray(wide).mod(PRIME);
  }

  private static Optional<P256Point> finite(ECPoint point) {
    return point.isInfinity() ? Optional.empty() : Optional.of(new P256Point(point));
  }

  /** The product with a scalar, in constant time. */
  public P256Point times(P256Scalar scalar) {
    return new P256Point(new ECConstantTimeMultiplier().multiply(point, scalar.value()));
  }

  /** The sum; empty if it is the point at infinity. */
  public Optional<P256Point> plus(P256Point other) {
    return finite(point.add(other.point));
  }

  /** The compressed point, 33 bytes. */
  public byte[] encode() {
    return point.getEncoded(true);
  }

  /** The affine coordinates, 32 bytes each, x first. */
  byte[] coordinates() {
    return Arrays.copyOfRange(point.getEncoded(false), 1, 65);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof P256Point that && point.equals(that.point);
  }

  @Override
  public int hashCode() {
    return point.hashCode();
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(encode());
  }
}
