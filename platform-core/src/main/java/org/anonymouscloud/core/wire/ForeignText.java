package org.anonymouscloud.core.wire;

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

  /** A text without treacherous characters, of at most {@link #MAX_SENTENCE} others. */
  public static String sentence(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .limit(MAX_SENTENCE)
        .map(character -> isTreacherous(character) ? REPLACEMENT : character)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  /** A text for a person's eyes, whole: what is treacherous is shown by its number. */
  public static String visible(String text) {
    return visible(text, "");
  }

  /** As {@link #visible(String)}, for text of several lines and columns: these stay. */
  public static String lines(String text) {
    return visible(text, "\n\t");
  }

  private static String visible(String text, String kept) {
    StringBuilder visible = new StringBuilder();
    text.codePoints()
        .forEach(
            character -> {
              if (isTreacherous(character) && kept.indexOf(character) < 0) {
                visible.append("\\u{").append(Integer.toHexString(character)).append('}');
              } else {
                visible.appendCodePoint(character);
              }
            });
    return visible.toString();
  }
}
