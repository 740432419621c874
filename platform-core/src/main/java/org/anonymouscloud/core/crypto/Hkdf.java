package org.anonymouscloud.core.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** HKDF of RFC 5869 with the hash functions this project uses. Thread-safe. */
public enum Hkdf {
  SHA256("HKDF-SHA256", "HmacSHA256"),
  SHA512("HKDF-SHA512", "HmacSHA512");

  private static final String PROVIDER = "SunJCE";

  private static final int MAX_BLOCKS = 255;

  private final String algorithm;
  private final String hmac;

  Hkdf(String algorithm, String hmac) {
    this.algorithm = algorithm;
    this.hmac = hmac;
  }

  /** RFC 5869, section 2.2. An empty {@code salt} stands for a string of zeros. */
  public byte[] extract(byte[] salt, byte[] inputKey) {
    // The JCE refuses an empty input key by SecretKeySpec but takes it as bytes.
    return derive(HKDFParameterSpec.ofExtract().addIKM(inputKey).addSalt(salt).extractOnly());
  }

  /**
   * RFC 5869, section 2.3, by HMAC: the JCE's expand refuses a key shorter than the hash, which the
   * chunked encryption of C2SP has.
   *
   * @param length of the output in bytes, at most 255 times the hash's length
   */
  public byte[] expand(byte[] pseudoRandomKey, byte[] info, int length) {
    try {
      Mac mac = Mac.getInstance(hmac, BulkProvider.current());
      if (length > MAX_BLOCKS * mac.getMacLength()) {
        throw new IllegalArgumentException("HKDF cannot give " + length + " bytes.");
      }
      mac.init(new SecretKeySpec(pseudoRandomKey, hmac));
      byte[] output = new byte[length];
      byte[] block = new byte[0];
      for (int done = 0, number = 1; done < length; done += block.length, number++) {
        mac.update(block);
        mac.update(info);
        mac.update((byte) number);
        block = mac.doFinal();
        System.arraycopy(block, 0, output, done, Math.min(block.length, length - done));
      }
      return output;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java runtime has no " + hmac + ".", e);
    }
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
