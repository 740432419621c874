package org.anonymouscloud.core.crypto;

import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** An Ed25519 private key (RFC 8032). Not thread-safe while it is closed. */
public final class SigningKey implements AutoCloseable {
  /** Bytes in a seed. */
  public static final int SEED_LENGTH = 32;

  private final Secret seed;

  private SigningKey(Secret seed) {
    this.seed = seed;
  }

  /** A fresh key. */
  public static SigningKey generate() {
    return new SigningKey(Secret.random(SEED_LENGTH));
  }

  /**
   * The key of a seed, which stays the caller's.
   *
   * @param seed uniformly random, {@link #SEED_LENGTH} bytes
   */
  public static SigningKey fromSeed(Secret seed) {
    if (seed.length() != SEED_LENGTH) {
      throw new IllegalArgumentException("A seed has 32 bytes, not " + seed.length() + ".");
    }
    return new SigningKey(seed.copy());
  }

  /** A copy of the seed, for keeping it sealed. The caller closes it. */
  public Secret seed() {
    return seed.copy();
  }

  /** The public half. */
  public VerifyKey verifyKey() {
    return VerifyKey.trusted(key().generatePublicKey().getEncoded());
  }

  /** The signature of 64 bytes. */
  public byte[] sign(byte[] message) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, key());
    signer.update(message, 0, message.length);
    return signer.generateSignature();
  }

  private Ed25519PrivateKeyParameters key() {
    return new Ed25519PrivateKeyParameters(seed.bytes(), 0);
  }

  @Override
  public void close() {
    seed.close();
  }
}
