package org.anonymouscloud.core.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;

/**
 * A refusal as an error frame carries it: the code's name, whether to try again, a text.
 *
 * @param retryable whether the same request may be answered later
 * @param text for a person; cut after 1,024 characters on its way
 */
public record Refusal(ErrorCode code, boolean retryable, String text) {
  private static final int MAX_TEXT = 1024;

  /** What the other side is told of an exception. */
  public static Refusal of(Refused refused) {
    return new Refusal(refused.code(), refused.retryable(), String.valueOf(refused.getMessage()));
  }

  Refused toException() {
    return new Refused(code, text, retryable);
  }

  /** The data of its frame. */
  public byte[] encode() {
    byte[] name = code.name().getBytes(US_ASCII);
    byte[] words = shortened().getBytes(UTF_8);
    byte[] data = new byte[2 + name.length + words.length];
    data[0] = (byte) name.length;
    System.arraycopy(name, 0, data, 1, name.length);
    data[1 + name.length] = (byte) (retryable ? 1 : 0);
    System.arraycopy(words, 0, data, 2 + name.length, words.length);
    return data;
  }

  /** At most 1,024 characters, none of them cut in half. */
  private String shortened() {
    if (text.length() <= MAX_TEXT) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT;
    return text.substring(0, end);
  }

  /**
   * Reads a refusal of the other side, whose text is clean from here on. A code that this program
   * does not know yet is taken as {@link ErrorCode#INTERNAL}.
   */
  static Refusal decode(byte[] data) throws Malformed {
    int nameLength = data.length == 0 ? 0 : data[0] & 0xFF;
    if (nameLength == 0 || data.length < 2 + nameLength) {
      throw new Malformed("This is not a refusal.");
    }
    String name = new String(data, 1, nameLength, US_ASCII);
    byte retryable = data[1 + nameLength];
    int start = 2 + nameLength;
    if (retryable < 0 || retryable > 1 || data.length - start > 4 * MAX_TEXT) {
      throw new Malformed("This is not a refusal.");
    }
    ErrorCode code = ErrorCode.INTERNAL;
    for (ErrorCode known : ErrorCode.values()) {
      if (known.name().equals(name)) {
        code = known;
      }
    }
    String text = new String(data, start, data.length - start, UTF_8);
    return new Refusal(code, retryable == 1, ForeignText.sentence(text));
  }
}
