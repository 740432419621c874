package org.anonymouscloud.core.account.client.sheet;

import java.util.Arrays;
import org.anonymouscloud.core.account.Crockford;
import org.anonymouscloud.core.crypto.Secret;

/**
 * Bits in Crockford's base32 for people to read and type: no I, L, O, U; groups of four with
 * hyphens. The number of characters is a multiple of four.
 */
public final class CodeText {
  private static final int GROUP = 4;
  private static final int BITS = 5;

  private CodeText() {}

  /**
   * Reads what a person typed: in small or capital letters, with hyphens, blanks and line ends
   * anywhere; O is read as 0, I and L as 1.
   *
   * @param typed ASCII text; wiped by the caller
   * @param characters how many there must be
   * @param what it is, for the message
   * @return five bits for each character, and zeros to a whole byte; the caller closes it
   * @throws Unreadable if it is not; the message quotes nothing
   */
  public static Secret parse(byte[] typed, int characters, String what) throws Unreadable {
    byte[] digits = new byte[characters];
    try {
      int count = 0;
      for (byte character : typed) {
        if (character < 0) {
          throw new Unreadable(
              "The " + what + " contains something other than letters and digits.");
        }
        if (character > ' ' && character != '-') {
          int digit = Crockford.digit(character);
          if (digit < 0) {
            throw new Unreadable(
                "Character "
                    + (count + 1)
                    + " of the "
                    + what
                    + " is none that it can be made of.");
          }
          if (count == characters) {
            throw new Unreadable(
                "The " + what + " is too long; it has " + characters + " letters and digits.");
          }
          digits[count++] = (byte) digit;
        }
      }
      if (count < characters) {
        throw new Unreadable(
            "The "
                + what
                + " is too short; it has "
                + characters
                + " letters and digits, not "
                + count
                + ".");
      }
      return Secret.of(pack(digits));
    } finally {
      Arrays.fill(digits, (byte) 0);
    }
  }

  private static byte[] pack(byte[] digits) {
    byte[] bits = new byte[(digits.length * BITS + 7) / 8];
    for (int bit = 0; bit < digits.length * BITS; bit++) {
      int value = digits[bit / BITS] >> (BITS - 1 - bit % BITS) & 1;
      bits[bit / 8] |= (byte) (value << (7 - bit % 8));
    }
    return bits;
  }

  /**
   * Writes bits for people, in ASCII; the caller closes it.
   *
   * @param bits at least five for each character
   */
  public static Secret write(Secret bits, int characters) {
    byte[] text = new byte[characters + characters / GROUP - 1];
    int at = 0;
    for (int i = 0; i < characters; i++) {
      if (i > 0 && i % GROUP == 0) {
        text[at++] = '-';
      }
      int digit = 0;
      for (int bit = i * BITS; bit < i * BITS + BITS; bit++) {
        digit = digit << 1 | (bits.bytes()[bit / 8] >> (7 - bit % 8) & 1);
      }
      text[at++] = Crockford.character(digit);
    }
    return Secret.of(text);
  }
}
