package org.anonymouscloud.core.wire;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;

/**
 * Text that somebody else has written and a person will read: a server's refusal, another device's
 * name. It is cleaned once, where it is decoded, so that no terminal, log or page can be steered by
 * it, however it gets there. What comes from nearer, arguments and files, is cleaned where lines go
 * out to a person.
 */
public final class ForeignText {
  /** Characters (code points) of the longest sentence that is shown. */
  public static final int MAX_SENTENCE = 300;

  private static final int REPLACEMENT = 0xfffd;
  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;
  private static final int EMOJI_STYLE = 0xfe0f;
  private static final int KEYCAP = 0x20e3;

  /** Where a text begins and ends. */
  private static final int NONE = 0;

  /** Scripts whose letters change with a joiner or non-joiner between them. */
  private static final Set<UnicodeScript> JOINING =
      EnumSet.of(
          UnicodeScript.ARABIC,
          UnicodeScript.SYRIAC,
          UnicodeScript.MONGOLIAN,
          UnicodeScript.DEVANAGARI,
          UnicodeScript.BENGALI,
          UnicodeScript.GURMUKHI,
          UnicodeScript.GUJARATI,
          UnicodeScript.ORIYA,
          UnicodeScript.TAMIL,
          UnicodeScript.TELUGU,
          UnicodeScript.KANNADA,
          UnicodeScript.MALAYALAM,
          UnicodeScript.SINHALA,
          UnicodeScript.KHMER,
          UnicodeScript.MYANMAR);

  private ForeignText() {}

  /**
   * Whether a character does something else than show: control characters, line separators, those
   * that turn the direction of writing, and what is no character at all.
   */
  public static boolean isTreacherous(int character) {
    return Character.isISOControl(character)
        || character == 0x61c
        || character == 0x200e
        || character == 0x200f
        || (character >= 0x2028 && character <= 0x202e)
        || (character >= 0x2066 && character <= 0x2069)
        || Character.getType(character) == Character.SURROGATE;
  }

  /**
   * A text in which each character shows as itself, of at most {@link #MAX_SENTENCE} characters.
   */
  public static String sentence(String text) {
    StringBuilder clean = new StringBuilder();
    int[] characters = text.codePoints().limit(MAX_SENTENCE).toArray();
    for (int i = 0; i < characters.length; i++) {
      clean.appendCodePoint(showsAsItself(characters, i) ? characters[i] : REPLACEMENT);
    }
    return clean.toString();
  }

  /** A text for a person's eyes, whole: what does not show as itself is shown by its number. */
  public static String visible(String text) {
    return visible(text, "");
  }

  /** As {@link #visible(String)}, for text of several lines and columns: these stay. */
  public static String lines(String text) {
    return visible(text, "\n\t");
  }

  private static String visible(String text, String kept) {
    if (isPrintable(text)) {
      return text;
    }
    StringBuilder visible = new StringBuilder();
    int[] characters = text.codePoints().toArray();
    for (int i = 0; i < characters.length; i++) {
      if (showsAsItself(characters, i) || kept.indexOf(characters[i]) >= 0) {
        visible.appendCodePoint(characters[i]);
      } else {
        visible.append(number(characters[i]));
      }
    }
    return visible.toString();
  }

  /** Whether all of it is ASCII that shows; so is most, and a listing has thousands of lines. */
  private static boolean isPrintable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  /** A character as its number, like <code>&#92;u{200b}</code>. */
  public static String number(int character) {
    return "\\u{" + Integer.toHexString(character) + '}';
  }

  private static boolean showsAsItself(int[] characters, int at) {
    if (isTreacherous(characters[at])) {
      return false;
    }
    int before = at == 0 ? NONE : characters[at - 1];
    int after = at + 1 == characters.length ? NONE : characters[at + 1];
    return !isInvisible(characters[at]) || isNeeded(characters[at], before, after);
  }

  /**
   * Whether a character shows as nothing, so that two names which differ by it alone look the same:
   * what Unicode calls default ignorable, and other format characters but those that Arabic and
   * Kaithi draw around numbers.
   */
  private static boolean isInvisible(int character) {
    return switch (character) {
      case 0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0 -> true;
      case 0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6dd, 0x70f -> false;
      case 0x890, 0x891, 0x8e2, 0x110bd, 0x110cd -> false;
      default ->
          Character.getType(character) == Character.FORMAT
              || (character >= 0x180b && character <= 0x180f)
              || character == 0x2065
              || (character >= 0xfe00 && character <= 0xfe0f)
              || (character >= 0xfff0 && character <= 0xfff8)
              || (character >= 0xe0000 && character <= 0xe0fff);
    };
  }

  /**
   * Whether a character that is invisible by itself changes how its neighbours look: a joiner or
   * non-joiner within a word of a script that has them, a joiner between two emoji, the mark that
   * makes an emoji of a sign.
   */
  private static boolean isNeeded(int character, int before, int after) {
    return switch (character) {
      case ZERO_WIDTH_JOINER ->
          joins(before, after) || ((before == EMOJI_STYLE || isEmoji(before)) && isEmoji(after));
      case ZERO_WIDTH_NON_JOINER -> joins(before, after);
      case EMOJI_STYLE ->
          (isEmoji(before) && !Character.isEmojiPresentation(before))
              || (after == KEYCAP && before < 0x80 && Character.isEmoji(before));
      default -> false;
    };
  }

  private static boolean isEmoji(int character) {
    return character >= 0x80 && Character.isEmoji(character);
  }

  private static boolean joins(int before, int after) {
    if (before == NONE || after == NONE || !isInWord(before) || !isInWord(after)) {
      return false;
    }
    UnicodeScript script = UnicodeScript.of(before);
    return JOINING.contains(script) && UnicodeScript.of(after) == script;
  }

  private static boolean isInWord(int character) {
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> true;
      default -> Character.isLetter(character);
    };
  }
}
