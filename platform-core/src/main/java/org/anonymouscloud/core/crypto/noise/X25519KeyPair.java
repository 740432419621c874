package org.anonymouscloud.core.crypto.noise;

import java.util.HexFormat;
import java.util.Set;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.wire.Malformed;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * A key pair for Diffie-Hellman on Curve25519 (RFC 7748). Bouncy Castle's arithmetic rather than
 * the JDK's: it works on our own arrays, so the private key can be wiped, and a key pair with one
 * agreement takes half the time. Not thread-safe while it is closed.
 */
public final class X25519KeyPair implements AutoCloseable {
  /** Bytes in a private key, in a public key and in what two keys agree on. */
  public static final int LENGTH = 32;

  /** Every encoding of a point of small order, the top bit cleared. */
  private static final Set<String> SMALL_ORDER =
      Set.of(
          "0000000000000000000000000000000000000000000000000000000000000000",
          "0100000000000000000000000000000000000000000000000000000000000000",
          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
          "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

  private final Secret secret;
  private final byte[] publicKey;

  private X25519KeyPair(Secret secret) {
    this.secret = secret;
    this.publicKey = new byte[LENGTH];
    X25519.scalarMultBase(secret.bytes(), 0, publicKey, 0);
  }

  /** A fresh pair. */
  public static X25519KeyPair generate() {
    return new X25519KeyPair(Secret.random(LENGTH));
  }

  /**
   * The pair of a private key, which stays the caller's.
   *
   * @param secret {@link #LENGTH} uniformly random bytes; clamping is done at each use
   */
  public static X25519KeyPair fromSecret(Secret secret) {
    if (secret.length() != LENGTH) {
      throw new IllegalArgumentException(
          "A private key has 32 bytes, not " + secret.length() + ".");
    }
    return new X25519KeyPair(secret.copy());
  }

  /** A copy of the private key, for keeping it. The caller closes it. */
  public Secret secret() {
    return secret.copy();
  }

  /** A copy of the public half. */
  public byte[] publicKey() {
    return publicKey.clone();
  }

  /**
   * Refuses a public key that {@link #agree} would refuse.
   *
   * @throws Malformed if the key has another length or is of small order (A17)
   */
  public static void check(byte[] publicKey) throws Malformed {
    if (publicKey.length != LENGTH) {
      throw notAKey();
    }
    byte[] reduced = publicKey.clone();
    reduced[LENGTH - 1] &= 0x7F;
    if (SMALL_ORDER.contains(HexFormat.of().formatHex(reduced))) {
      throw notAKey();
    }
  }

  /**
   * What this pair and another's public key agree on. A public key whose number is not reduced, or
   * has its top bit set, is taken as RFC 7748 says.
   *
   * @return {@link #LENGTH} bytes that are to be hashed into a key; the caller closes them
   * @throws Malformed if the other key has another length or is of small order, so that anyone
   *     would know the result (A17)
   */
  public Secret agree(byte[] otherPublicKey) throws Malformed {
    byte[] shared = new byte[LENGTH];
    if (otherPublicKey.length != LENGTH
        || !X25519.calculateAgreement(secret.bytes(), 0, otherPublicKey, 0, shared, 0)) {
      throw notAKey();
    }
    return Secret.of(shared);
  }

  private static Malformed notAKey() {
    return new Malformed("This is not a public key.");
  }

  @Override
  public void close() {
    secret.close();
  }

  @Override
  public String toString() {
    return "X25519KeyPair[]";
  }
}
