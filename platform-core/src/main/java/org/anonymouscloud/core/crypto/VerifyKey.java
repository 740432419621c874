package org.anonymouscloud.core.crypto;

import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.wire.Malformed;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** An Ed25519 public key (RFC 8032). Immutable. */
public final class VerifyKey {
  /** Bytes in a key. */
  public static final int LENGTH = 32;

  private static final int SIGNATURE_LENGTH = 64;

  private final byte[] bytes;

  private VerifyKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Decodes a key that someone else sent.
   *
   * @throws Malformed unless it is a canonical point of full order
   */
  public static VerifyKey of(byte[] bytes) throws Malformed {
    if (bytes.length != LENGTH || !Ed25519.validatePublicKeyFull(bytes, 0)) {
      throw new Malformed("This is not a public key.");
    }
    return new VerifyKey(bytes.clone());
  }

  /** For a key that was derived here. */
  static VerifyKey trusted(byte[] bytes) {
    return new VerifyKey(bytes);
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /**
   * Whether the key's owner signed the message; false for anything that is not such a signature.
   */
  public boolean verify(byte[] message, byte[] signature) {
    if (signature.length != SIGNATURE_LENGTH) {
      return false;
    }
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, new Ed25519PublicKeyParameters(bytes, 0));
    verifier.update(message, 0, message.length);
    return verifier.verifySignature(signature);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifyKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
