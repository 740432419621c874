package org.anonymouscloud.core.account;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.RandomBytes;

/**
 * What lets one person make one account on a server that takes nobody else: 120 random bits,
 * written as six groups of four letters and digits. Who has it may use it, so the server keeps its
 * hash only. Immutable.
 */
public final class InviteCode {
  /** Bytes in a code. */
  public static final int LENGTH = 15;

  private static final int CHARACTERS = 24;
  private static final int GROUP = 4;
  private static final byte[] LABEL = "anonymouscloud/account/v1/invite\0".getBytes(US_ASCII);

  private final byte[] bytes;

  private InviteCode(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A new code. */
  public static InviteCode random() {
    return new InviteCode(RandomBytes.next(LENGTH));
  }

  /**
   * A code of its bytes.
   *
   * @throws IllegalArgumentException if there are not 15
   */
  public static InviteCode of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("An invitation has 15 bytes, not " + bytes.length + ".");
    }
    return new InviteCode(bytes.clone());
  }

  /**
   * Reads a code as a person typed it: in small or capital letters, with hyphens, blanks and line
   * ends anywhere; O is read as 0, I and L as 1.
   *
   * @throws IllegalArgumentException if it is not a code; the message says what is wrong and quotes
   *     nothing
   */
  public static InviteCode parse(byte[] typed) {
    byte[] bytes = new byte[LENGTH];
    int count = 0;
    for (byte character : typed) {
      if (character < 0 || (character > ' ' && character != '-')) {
        int digit = Crockford.digit(character);
        if (digit < 0) {
          throw new IllegalArgumentException(
              "Character " + (count + 1) + " of the invitation is none that invitations have.");
        }
        if (count == CHARACTERS) {
          throw new IllegalArgumentException(
              "The invitation is too long; it has 24 letters and digits.");
        }
        for (int bit = 0; bit < 5; bit++) {
          int at = count * 5 + bit;
          bytes[at / 8] |= (byte) ((digit >> (4 - bit) & 1) << (7 - at % 8));
        }
        count++;
      }
    }
    if (count < CHARACTERS) {
      throw new IllegalArgumentException(
          "The invitation is too short; it has 24 letters and digits, not " + count + ".");
    }
    return new InviteCode(bytes);
  }

  /** The 15 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** What a server keeps of it. */
  public Digest hash() {
    return Digest.sha256(LABEL, bytes);
  }

  /** The code as people read it, {@code XXXX-XXXX-XXXX-XXXX-XXXX-XXXX}. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < CHARACTERS; i++) {
      if (i > 0 && i % GROUP == 0) {
        text.append('-');
      }
      int digit = 0;
      for (int at = i * 5; at < i * 5 + 5; at++) {
        digit = digit << 1 | (bytes[at / 8] >> (7 - at % 8) & 1);
      }
      text.append((char) Crockford.character(digit));
    }
    return text.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InviteCode code && Arrays.equals(bytes, code.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Tells nothing, so that no log does. */
  @Override
  public String toString() {
    return "InviteCode";
  }
}
