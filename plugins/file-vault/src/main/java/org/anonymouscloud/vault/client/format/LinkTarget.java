package org.anonymouscloud.vault.client.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import org.anonymouscloud.core.wire.Malformed;

/**
 * Where a symbolic link leads, as text that nobody here follows: a path of the machine that it came
 * from, which may lead anywhere and may hold any characters but zero. Immutable.
 *
 * @param text 1 to {@link #MAX_LENGTH} bytes of UTF-8
 */
public record LinkTarget(String text) {
  /** The most that Linux lets a link hold: PATH_MAX without the zero byte. */
  public static final int MAX_LENGTH = 4095;

  /**
   * @throws IllegalArgumentException if no link can hold the text
   */
  public LinkTarget {
    int length = text.getBytes(UTF_8).length;
    if (length == 0 || length > MAX_LENGTH || text.indexOf('\0') >= 0 || !isText(text)) {
      throw new IllegalArgumentException(
          "a link's target is text of 1 to " + MAX_LENGTH + " bytes without a zero byte.");
    }
  }

  private static boolean isText(String text) {
    return UTF_8.newEncoder().canEncode(text);
  }

  byte[] encode() {
    return text.getBytes(UTF_8);
  }

  static LinkTarget decode(byte[] encoded) throws Malformed {
    try {
      LinkTarget target =
          new LinkTarget(UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString());
      if (Arrays.equals(target.encode(), encoded)) {
        return target;
      }
    } catch (CharacterCodingException | IllegalArgumentException e) {
      // The same answer as for what comes back otherwise.
    }
    throw new Malformed("A link leads to what is no text.");
  }
}
