package org.anonymouscloud.core.release;

import java.util.HexFormat;
import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.wire.Malformed;

/**
 * Someone whose plugins the owner of a machine trusts.
 *
 * @param name chosen by the owner: 1 to 60 letters, digits, dots, hyphens and spaces
 */
public record Publisher(VerifyKey key, String name) {
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,59}");

  /**
   * @throws IllegalArgumentException if the name is not such a name
   */
  public Publisher {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "A publisher is named by 1 to 60 letters, digits, dots, hyphens and spaces.");
    }
  }

  /**
   * Reads a key as people write it.
   *
   * @param key 64 hexadecimal digits
   * @throws IllegalArgumentException if it is no key
   */
  public static Publisher of(String key, String name) {
    return new Publisher(key(key), name);
  }

  /**
   * Reads a key as people write it.
   *
   * @throws IllegalArgumentException if it is no key
   */
  public static VerifyKey key(String text) {
    try {
      return VerifyKey.of(HexFormat.of().parseHex(text));
    } catch (Malformed | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "A publisher's key is the 64 hexadecimal digits that 'plugin new-key' prints.", e);
    }
  }
}
