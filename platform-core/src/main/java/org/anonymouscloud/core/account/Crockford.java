package org.anonymouscloud.core.account;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * The 32 letters and digits of what people copy by hand: Crockford's base32, without I, L, O, U.
 */
public final class Crockford {
  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final byte[] ASCII = ALPHABET.getBytes(US_ASCII);

  private Crockford() {}

  /**
   * The ASCII character of a digit.
   *
   * @param digit 0 to 31
   */
  public static byte character(int digit) {
    return ASCII[digit];
  }

  /** The digit that a character stands for, O for 0, I and L for 1; -1 if it is none. */
  public static int digit(byte character) {
    int capital = character >= 'a' && character <= 'z' ? character - 32 : character;
    return switch (capital) {
      case 'O' -> 0;
      case 'I', 'L' -> 1;
      default -> ALPHABET.indexOf(capital);
    };
  }
}
