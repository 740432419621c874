package org.anonymouscloud.core.account.client.sheet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;

/**
 * The 128 random bits that, with the password, open an account on a new device. The server never
 * sees them, so its owner cannot guess passwords (A12). Written as seven groups of four characters
 * with 12 bits of checksum. Not thread-safe: wiped when closed.
 */
public final class AccountKey implements AutoCloseable {
  /** Bytes in a key. */
  public static final int LENGTH = 16;

  private static final int CHARACTERS = 28;
  private static final int CHECK_BITS = 12;
  private static final byte[] CHECK_LABEL =
      "anonymouscloud/account/v1/account-key-check".getBytes(US_ASCII);

  private final Secret key;

  private AccountKey(Secret key) {
    this.key = key;
  }

  /** A new key. */
  public static AccountKey random() {
    return new AccountKey(Secret.random(LENGTH));
  }

  /**
   * Takes over the 16 bytes of a key.
   *
   * @throws IllegalArgumentException if there are not 16
   */
  public static AccountKey of(Secret key) {
    if (key.length() != LENGTH) {
      throw new IllegalArgumentException("An account key has 16 bytes, not " + key.length() + ".");
    }
    return new AccountKey(key);
  }

  /**
   * Reads a key as a person typed it: in small or capital letters, with hyphens, blanks and line
   * ends anywhere; O is read as 0, I and L as 1.
   *
   * @param typed ASCII text; wiped by the caller
   * @throws Unreadable if it is not a key; the message says what is wrong and quotes nothing
   */
  public static AccountKey parse(byte[] typed) throws Unreadable {
    try (Secret bits = CodeText.parse(typed, CHARACTERS, "account key")) {
      byte[] bytes = bits.bytes();
      Secret key = Secret.of(Arrays.copyOf(bytes, LENGTH));
      if (((bytes[LENGTH] & 0xff) << 4 | (bytes[LENGTH + 1] & 0xff) >>> 4) != check(key)) {
        key.close();
        throw new Unreadable("The account key has a typing error.");
      }
      return new AccountKey(key);
    }
  }

  private static int check(Secret key) {
    byte[] hash = Digest.sha256(CHECK_LABEL, key.bytes()).bytes();
    return ((hash[0] & 0xff) << 8 | (hash[1] & 0xff)) >>> (16 - CHECK_BITS);
  }

  /** The key as people read it, {@code XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX}, in ASCII. */
  public Secret text() {
    byte[] bits = Arrays.copyOf(key.bytes(), LENGTH + 2);
    int check = check(key);
    bits[LENGTH] = (byte) (check >>> 4);
    bits[LENGTH + 1] = (byte) (check << 4);
    try (Secret whole = Secret.of(bits)) {
      return CodeText.write(whole, CHARACTERS);
    }
  }

  /** What a server knows its holder by. */
  public VerifyKey loginKey() {
    try (SigningKey signing = SlotSecret.loginKey(key)) {
      return signing.verifyKey();
    }
  }

  /** The 16 bytes; they live as long as this key. */
  public Secret secret() {
    return key;
  }

  @Override
  public void close() {
    key.close();
  }

  @Override
  public String toString() {
    return "AccountKey";
  }
}
