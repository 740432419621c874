package org.anonymouscloud.core.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.Digest;

/**
 * What people compare to know a server's key: the first 130 bits of SHA-256 over a label and the
 * X25519 public key, as 26 lower-case base32 characters (RFC 4648, section 6).
 */
public record Fingerprint(String text) {
  private static final byte[] LABEL = "AnonymousCloud server key v1".getBytes(US_ASCII);
  private static final int KEY_LENGTH = 32;
  private static final int CHARACTERS = 26;
  private static final int BITS_PER_CHARACTER = 5;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final Pattern FORM = Pattern.compile("[a-z2-7]{26}");

  /**
   * @throws IllegalArgumentException if {@code text} is not a fingerprint
   */
  public Fingerprint {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "A fingerprint has 26 characters, each one of a-z or 2-7.");
    }
  }

  /**
   * The fingerprint of an X25519 public key.
   *
   * @throws IllegalArgumentException if the key does not have 32 bytes
   */
  public static Fingerprint of(byte[] publicKey) {
    if (publicKey.length != KEY_LENGTH) {
      throw new IllegalArgumentException("An X25519 key has 32 bytes.");
    }
    byte[] hash = Digest.sha256(LABEL, publicKey).bytes();
    StringBuilder text = new StringBuilder(CHARACTERS);
    for (int i = 0; i < CHARACTERS; i++) {
      int value = 0;
      for (int bit = i * BITS_PER_CHARACTER; bit < (i + 1) * BITS_PER_CHARACTER; bit++) {
        value = (value << 1) | ((hash[bit / 8] >> (7 - bit % 8)) & 1);
      }
      text.append(ALPHABET.charAt(value));
    }
    return new Fingerprint(text.toString());
  }

  @Override
  public String toString() {
    return text;
  }
}
