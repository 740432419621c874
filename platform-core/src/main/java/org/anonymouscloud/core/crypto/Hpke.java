package org.anonymouscloud.core.crypto;

import java.util.Arrays;
import org.anonymouscloud.core.wire.Malformed;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContext;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;

/**
 * The one HPKE suite of this program: base mode of RFC 9180 with X-Wing (0x647a), HKDF-SHA256 and
 * ChaCha20-Poly1305. X-Wing is X25519 and ML-KEM-768 together, so what is sealed today stays closed
 * to the quantum computer of tomorrow. {@link SealingKey} and {@link OpeningKey} are its public
 * face. Thread-safe.
 */
final class Hpke {
  /** Bytes in a public key: ML-KEM's, then X25519's. */
  static final int PUBLIC_KEY = 1216;

  /** Bytes in an encapsulated key. */
  static final int ENCAPSULATED = 1120;

  /** Bytes that the AEAD adds. */
  static final int TAG = 16;

  private Hpke() {}

  /**
   * One for each use: the library's object hashes in place, so two threads would mix their keys.
   */
  private static HPKE suite() {
    return new HPKE(
        HPKE.mode_base, HPKE.kem_X_WING, HPKE.kdf_HKDF_SHA256, HPKE.aead_CHACHA20_POLY1305);
  }

  static byte[] publicKey(Secret seed) {
    return suite().serializePublicKey(pair(seed).getPublic());
  }

  /**
   * Refuses what cannot be sealed to: a wrong length, an ML-KEM coefficient that is not reduced
   * (FIPS 203, section 7.2), an X25519 point that makes each secret zero (A17).
   */
  static void check(byte[] publicKey) throws Malformed {
    try {
      suite().setupBaseS(key(publicKey), new byte[0]);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new Malformed("This is not a public key.");
    }
  }

  /** Encapsulated key and ciphertext. */
  static byte[] seal(byte[] publicKey, byte[] info, byte[] associatedData, byte[] plain) {
    return seal(suite().setupBaseS(key(publicKey), info), associatedData, plain);
  }

  /** With chosen randomness, for vectors alone. */
  static byte[] seal(
      byte[] publicKey, byte[] randomness, byte[] info, byte[] associatedData, byte[] plain) {
    return seal(suite().setupBaseS(key(publicKey), info, randomness), associatedData, plain);
  }

  private static byte[] seal(
      HPKEContextWithEncapsulation context, byte[] associatedData, byte[] plain) {
    try {
      byte[] ciphertext = context.seal(associatedData, plain);
      byte[] sealed = Arrays.copyOf(context.getEncapsulation(), ENCAPSULATED + ciphertext.length);
      System.arraycopy(ciphertext, 0, sealed, ENCAPSULATED, ciphertext.length);
      return sealed;
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException("HPKE failed to seal.", e);
    }
  }

  static byte[] open(Secret seed, byte[] info, byte[] associatedData, byte[] sealed)
      throws NotAuthentic {
    if (sealed.length < ENCAPSULATED + TAG) {
      throw new NotAuthentic();
    }
    byte[] encapsulated = Arrays.copyOf(sealed, ENCAPSULATED);
    try {
      HPKEContext context = suite().setupBaseR(encapsulated, pair(seed), info);
      return context.open(associatedData, sealed, ENCAPSULATED, sealed.length - ENCAPSULATED);
    } catch (InvalidCipherTextException | IllegalStateException | IllegalArgumentException e) {
      throw new NotAuthentic();
    }
  }

  private static AsymmetricKeyParameter key(byte[] publicKey) {
    return suite().deserializePublicKey(publicKey);
  }

  /** X-Wing's private key is its seed. */
  private static AsymmetricCipherKeyPair pair(Secret seed) {
    return suite().deserializePrivateKey(seed.bytes(), null);
  }
}
