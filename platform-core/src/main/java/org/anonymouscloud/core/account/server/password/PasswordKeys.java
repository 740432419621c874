package org.anonymouscloud.core.account.server.password;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.p256.P256Scalar;
import org.anonymouscloud.core.opaque.OpaqueServer;

/**
 * One generation of what passwords are registered with: the seed of the users' OPRF keys and the
 * key of the key exchange. Thread-safe.
 */
public final class PasswordKeys implements AutoCloseable {
  static final int SEED = 32;

  /** Bytes in the encoded form: the seed, then the key. */
  static final int LENGTH = SEED + P256Scalar.LENGTH;

  private static final byte[] ID_LABEL =
      "anonymouscloud/account/v1/password-keys\0".getBytes(US_ASCII);
  private static final int ID = 8;

  private final Secret seed;
  private final P256Scalar key;
  private final OpaqueServer opaque;
  private final String id;

  private PasswordKeys(Secret seed, P256Scalar key) {
    this.seed = seed;
    this.key = key;
    this.opaque = new OpaqueServer(seed, key);
    this.id =
        HexFormat.of()
            .formatHex(Digest.sha256(ID_LABEL, opaque.publicKey().encode()).bytes(), 0, ID);
  }

  static PasswordKeys random() {
    return new PasswordKeys(Secret.random(SEED), P256Scalar.random());
  }

  /** Takes both over. */
  static PasswordKeys of(Secret seed, P256Scalar key) {
    return new PasswordKeys(seed, key);
  }

  /** Reads the {@link #LENGTH} bytes at {@code from}; empty if they hold no key. */
  static Optional<PasswordKeys> decode(byte[] bytes, int from) {
    byte[] encoded = Arrays.copyOfRange(bytes, from + SEED, from + LENGTH);
    try {
      return P256Scalar.decode(encoded)
          .map(key -> of(Secret.of(Arrays.copyOfRange(bytes, from, from + SEED)), key));
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
  }

  /** Writes the {@link #LENGTH} bytes to {@code to}. */
  void encode(byte[] bytes, int to) {
    System.arraycopy(seed.bytes(), 0, bytes, to, SEED);
    try (Secret encoded = Secret.of(key.encode())) {
      System.arraycopy(encoded.bytes(), 0, bytes, to + SEED, P256Scalar.LENGTH);
    }
  }

  /** What a password's record names its generation by: 16 hex digits, of the public key. */
  public String id() {
    return id;
  }

  public OpaqueServer opaque() {
    return opaque;
  }

  /** Wipes the seed. The scalar is a BigInteger, which nobody can wipe. */
  @Override
  public void close() {
    seed.close();
  }

  @Override
  public String toString() {
    return "PasswordKeys[" + id + "]";
  }
}
