package org.anonymouscloud.vault.client.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.text.Normalizer;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.core.wire.Malformed;

/**
 * The name of a file or folder: 1 to 255 bytes of UTF-8, without slash and NUL, not {@code .} or
 * {@code ..}. Names sort by their bytes. A name is data: before it touches a disk it is checked
 * again, and more strictly (A34).
 *
 * @param text composed (NFC) where it was made here
 */
public record Name(String text) implements Comparable<Name> {
  /** The most bytes of UTF-8 in a name. */
  public static final int MAX_BYTES = 255;

  /**
   * @throws IllegalArgumentException if {@code text} is no name
   */
  public Name {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("A name is empty.");
    }
    if (text.equals(".") || text.equals("..")) {
      throw new IllegalArgumentException("'" + text + "' is not a name.");
    }
    if (text.indexOf('/') >= 0 || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("A name contains a slash or a NUL.");
    }
    if (text.length() > MAX_BYTES || utf8Length(text) > MAX_BYTES) {
      throw new IllegalArgumentException("A name is longer than " + MAX_BYTES + " bytes.");
    }
  }

  /**
   * The composed form (NFC) of a text as a name.
   *
   * @throws IllegalArgumentException if that is no name
   */
  public static Name of(String text) {
    return new Name(
        Normalizer.isNormalized(text, Normalizer.Form.NFC)
            ? text
            : Normalizer.normalize(text, Normalizer.Form.NFC));
  }

  /** A name as a page holds it; not recomposed, as that may change with each edition of Unicode. */
  static Name decode(byte[] encoded) throws Malformed {
    try {
      return new Name(UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString());
    } catch (CharacterCodingException | IllegalArgumentException e) {
      throw new Malformed("A page contains what is no name.");
    }
  }

  byte[] encode() {
    return text.getBytes(UTF_8);
  }

  /**
   * Whether the name shows as what it is: without control characters, line separators and
   * characters that turn the direction of writing (A34).
   */
  public boolean isPlain() {
    return text.codePoints().noneMatch(ForeignText::isTreacherous);
  }

  /** The name for a person's eyes: what is not plain is shown by its number. */
  public String visible() {
    return ForeignText.visible(text);
  }

  /** Order of the encoded bytes, which is that of the code points. */
  @Override
  public int compareTo(Name other) {
    int length = Math.min(text.length(), other.text.length());
    for (int i = 0; i < length; i++) {
      char mine = text.charAt(i);
      char theirs = other.text.charAt(i);
      if (mine != theirs) {
        // A surrogate stands for a code point above all others.
        boolean high = Character.isSurrogate(mine);
        return high == Character.isSurrogate(theirs) ? mine - theirs : high ? 1 : -1;
      }
    }
    return text.length() - other.text.length();
  }

  @Override
  public String toString() {
    return text;
  }

  private static int utf8Length(String text) {
    try {
      return UTF_8.newEncoder().encode(CharBuffer.wrap(text)).remaining();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("A name is not valid Unicode.", e);
    }
  }
}
