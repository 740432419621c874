package org.anonymouscloud.core.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The name by which people know an account, in its one canonical form: NFC and lower case. It has 1
 * to {@link #MAX_LENGTH} characters: letters of one alphabet, the digits 0 to 9, and {@code . _ -}
 * between them.
 */
public record UserName(String text) {
  /** Characters (code points) in the longest name. */
  public static final int MAX_LENGTH = 64;

  /** Scripts that one language writes side by side. */
  private static final List<Set<UnicodeScript>> WRITTEN_TOGETHER =
      List.of(
          EnumSet.of(UnicodeScript.HAN, UnicodeScript.HIRAGANA, UnicodeScript.KATAKANA),
          EnumSet.of(UnicodeScript.HAN, UnicodeScript.HANGUL),
          EnumSet.of(UnicodeScript.HAN, UnicodeScript.BOPOMOFO));

  /**
   * Takes a name in canonical form; {@link #parse} takes what a person typed.
   *
   * @throws IllegalArgumentException if it is not canonical; the message is for people
   */
  public UserName {
    if (!text.equals(canonical(text))) {
      throw new IllegalArgumentException("The user name is not in its canonical form.");
    }
    check(text);
  }

  /**
   * Reads a name as a person typed it: outer blanks go, capitals become small.
   *
   * @throws IllegalArgumentException if it cannot be a name; the message says what is wrong
   */
  public static UserName parse(String typed) {
    return new UserName(canonical(typed.strip()));
  }

  private static String canonical(String text) {
    String lower = Normalizer.normalize(text, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(lower, Normalizer.Form.NFC);
  }

  private static void check(String name) {
    int length = name.codePointCount(0, name.length());
    if (length == 0) {
      throw new IllegalArgumentException("The user name is empty.");
    }
    if (length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "The user name has " + length + " characters; at most " + MAX_LENGTH + " are allowed.");
    }
    name.codePoints().forEach(UserName::check);
    if (isMark(name.codePointAt(0)) || isMark(name.codePointBefore(name.length()))) {
      throw new IllegalArgumentException(
          "The user name must begin and end with a letter or a digit.");
    }
    checkScripts(name);
  }

  private static void check(int character) {
    if (!Character.isLetter(character) && !isDigit(character) && !isMark(character)) {
      String shown =
          character > ' ' && character < 0x7f
              ? "'" + Character.toString(character) + "'"
              : "the character " + String.format(Locale.ROOT, "U+%04X", character);
      throw new IllegalArgumentException(
          "The user name contains "
              + shown
              + "; allowed are letters, digits, dots, underscores and hyphens.");
    }
  }

  private static boolean isDigit(int character) {
    return character >= '0' && character <= '9';
  }

  private static boolean isMark(int character) {
    return character == '.' || character == '_' || character == '-';
  }

  /** Letters of several alphabets can look alike, so that one user could pose as another. */
  private static void checkScripts(String name) {
    Set<UnicodeScript> scripts = EnumSet.noneOf(UnicodeScript.class);
    name.codePoints().filter(Character::isLetter).mapToObj(UnicodeScript::of).forEach(scripts::add);
    scripts.remove(UnicodeScript.COMMON);
    if (scripts.size() > 1 && WRITTEN_TOGETHER.stream().noneMatch(s -> s.containsAll(scripts))) {
      throw new IllegalArgumentException("The user name mixes letters of different alphabets.");
    }
  }

  /**
   * What the name looks like: two people cannot have names of one shape, like {@code paypal} and
   * the same in Cyrillic letters.
   */
  public String shape() {
    return NameShape.of(text);
  }

  /** The name in UTF-8. */
  public byte[] bytes() {
    return text.getBytes(UTF_8);
  }

  @Override
  public String toString() {
    return text;
  }
}
