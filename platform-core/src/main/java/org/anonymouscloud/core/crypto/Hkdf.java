package org.anonymouscloud.core.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** HKDF of RFC 5869 with the hash functions this project uses. Thread-safe. */
public enum Hkdf {
  SHA256("HKDF-SHA256"),
  SHA512("HKDF-SHA512");

  private static final String PROVIDER = "SunJCE";

  private final String algorithm;

  Hkdf(String algorithm) {
    this.algorithm = algorithm;
  }

  /** RFC 5869, section 2.2. An empty {@code salt} stands for a string of zeros. */
  public byte[] extract(byte[] salt, byte[] inputKey) {
    // The JCE refuses an empty input key by SecretKeySpec but takes it as bytes.
    return derive(HKDFParameterSpec.ofExtract().addIKM(inputKey).addSalt(salt).extractOnly());
  }

  /**
   * RFC 5869, section 2.3.
   *
   * @param length of the output in bytes, at most 255 times the hash's length
   */
  public byte[] expand(byte[] pseudoRandomKey, byte[] info, int length) {
    return derive(
        HKDFParameterSpec.expandOnly(new SecretKeySpec(pseudoRandomKey, "Generic"), info, length));
  }

  /** Extract and expand in one step. */
  public byte[] derive(byte[] salt, byte[] inputKey, byte[] info, int length) {
    return derive(
        HKDFParameterSpec.ofExtract().addIKM(inputKey).addSalt(salt).thenExpand(info, length));
  }

  /** A key of 32 bytes for the one purpose that {@code label} names. */
  public Secret key(Secret from, String label) {
    return Secret.of(derive(new byte[0], from.bytes(), label.getBytes(US_ASCII), 32));
  }

  private byte[] derive(HKDFParameterSpec parameters) {
    try {
      return KDF.getInstance(algorithm, PROVIDER).deriveData(parameters);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("HKDF refused its input: " + e.getMessage(), e);
    }
  }
}
