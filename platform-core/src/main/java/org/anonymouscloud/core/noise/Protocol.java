package org.anonymouscloud.core.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.anonymouscloud.core.crypto.HashFunction;
import org.anonymouscloud.core.crypto.noise.Aead;

/**
 * A Noise protocol by its name (Noise, section 8), like {@code
 * Noise_NXhfs_25519+MLKEM768_AESGCM_SHA256}. Immutable.
 */
public final class Protocol {
  private static final int MAX_NAME = 255;
  private static final int PARTS = 5;
  private static final String CURVE = "25519";
  private static final String CURVE_AND_KEM = "25519+MLKEM768";

  private final String name;
  private final HandshakePattern pattern;
  private final Aead.Algorithm cipher;
  private final HashFunction hash;

  private Protocol(
      String name, HandshakePattern pattern, Aead.Algorithm cipher, HashFunction hash) {
    this.name = name;
    this.pattern = pattern;
    this.cipher = cipher;
    this.hash = hash;
  }

  /**
   * The protocol of a name: a pattern of Noise's sections 7 and 18.1 with the modifiers {@code hfs}
   * and {@code psk0} to {@code psk9}, on Curve25519 (with ML-KEM-768 for {@code hfs}), and any
   * cipher and hash function of Noise.
   *
   * @throws IllegalArgumentException if there is no such protocol
   */
  public static Protocol named(String name) {
    String[] parts = name.split("_", -1);
    if (name.length() > MAX_NAME || parts.length != PARTS || !parts[0].equals("Noise")) {
      throw new IllegalArgumentException("This is not the name of a Noise protocol.");
    }
    HandshakePattern pattern = HandshakePattern.named(parts[1]);
    if (!parts[2].equals(pattern.isHybrid() ? CURVE_AND_KEM : CURVE)) {
      throw new IllegalArgumentException("The pattern cannot go with the keys " + parts[2] + ".");
    }
    return new Protocol(name, pattern, cipher(parts[3]), hash(parts[4]));
  }

  private static Aead.Algorithm cipher(String name) {
    return switch (name) {
      case "AESGCM" -> Aead.Algorithm.AES_256_GCM;
      case "ChaChaPoly" -> Aead.Algorithm.CHACHA20_POLY1305;
      default -> throw new IllegalArgumentException("There is no cipher " + name + ".");
    };
  }

  private static HashFunction hash(String name) {
    return switch (name) {
      case "SHA256" -> HashFunction.SHA256;
      case "SHA512" -> HashFunction.SHA512;
      case "BLAKE2s" -> HashFunction.BLAKE2S;
      case "BLAKE2b" -> HashFunction.BLAKE2B;
      default -> throw new IllegalArgumentException("There is no hash function " + name + ".");
    };
  }

  HandshakePattern pattern() {
    return pattern;
  }

  Aead.Algorithm cipher() {
    return cipher;
  }

  HashFunction hash() {
    return hash;
  }

  byte[] nameBytes() {
    return name.getBytes(US_ASCII);
  }

  @Override
  public String toString() {
    return name;
  }
}
