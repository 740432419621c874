package org.anonymouscloud.vault.client.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.regex.Matcher.quoteReplacement;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.text.Normalizer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

  /** A character given by its number. */
  private static final Pattern NUMBER = Pattern.compile("\\\\u\\{([0-9a-fA-F]{1,6})\\}");

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
    return new Name(isComposed(text) ? text : Normalizer.normalize(text, Normalizer.Form.NFC));
  }

  /**
   * Reads what a person types: as {@link #of}, unless characters are given by their numbers as
   * {@link #visible} shows them. Then it is this very name.
   *
   * @throws IllegalArgumentException if that is no name
   */
  public static Name typed(String text) {
    Matcher numbers = NUMBER.matcher(text);
    return numbers.find()
        ? new Name(numbers.replaceAll(number -> quoteReplacement(character(number.group(1)))))
        : of(text);
  }

  private static String character(String number) {
    return Character.toString(Integer.parseInt(number, 16));
  }

  /** Whether it is composed (NFC), as all names are that were made here. */
  public boolean isComposed() {
    return isComposed(text);
  }

  /** ASCII always is, which spares a short command the tables of Unicode. */
  private static boolean isComposed(String text) {
    return utf8Length(text) == text.length() || Normalizer.isNormalized(text, Normalizer.Form.NFC);
  }

  /** A name as a page holds it; not recomposed, as that may change with each edition of Unicode. */
  public static Name decode(byte[] encoded) throws Malformed {
    try {
      return new Name(UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString());
    } catch (CharacterCodingException | IllegalArgumentException e) {
      throw new Malformed("A page contains what is no name.");
    }
  }

  public byte[] encode() {
    return text.getBytes(UTF_8);
  }

  /**
   * Whether the name shows as what it is: without control characters, line separators and
   * characters that turn the direction of writing (A34).
   */
  public boolean isPlain() {
    return text.codePoints().noneMatch(ForeignText::isTreacherous);
  }

  /**
   * The name for a person's eyes, to be typed again: what does not show as itself is shown by its
   * number; in a name that is not composed, that is all beyond ASCII.
   */
  public String visible() {
    String shown = text.replace("\\u{", ForeignText.number('\\') + "u{");
    return isComposed()
        ? ForeignText.visible(shown)
        : ForeignText.visible(
            shown
                .codePoints()
                .mapToObj(
                    character ->
                        character < 0x80
                            ? Character.toString(character)
                            : ForeignText.number(character))
                .collect(Collectors.joining()));
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
    int length = 0;
    for (int at = 0; at < text.length(); ) {
      int character = text.codePointAt(at);
      if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
        throw new IllegalArgumentException("A name is not valid Unicode.");
      }
      length += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
      at += Character.charCount(character);
    }
    return length;
  }
}
