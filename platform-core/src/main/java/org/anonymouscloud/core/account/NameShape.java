package org.anonymouscloud.core.account;

import java.util.HashMap;
import java.util.Map;

/**
 * What a user name looks like: names of one shape can be taken for each other, so a server gives
 * only one of them away (after UTS #39, section 4). A name has letters of one alphabet, so what is
 * left to confuse are whole names in letters that exist in several alphabets, digits that look like
 * letters, and pairs of letters that look like one.
 */
final class NameShape {
  /**
   * Letters and what they look like, a letter of Latin. Small letters alone, which names are made
   * of; the data file of UTS #39 knows them all, but with a library of 14 MB.
   */
  private static final Map<Integer, String> LOOKALIKES = new HashMap<>();

  static {
    // Digits, and Latin letters of other languages.
    add("01\u0131\u0251\u0261\u017f\u0269\u028b", "oliagfiv");
    // Cyrillic.
    add("\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455", "aeopcyxs");
    add("\u0456\u0458\u0501\u04bb\u051b\u051d\u0475\u04cf", "ijdhqwvl");
    add("\u043a\u043c\u0442\u0433\u044c\u04af\u0438\u043f", "kmtrbyun");
    // Greek.
    add("\u03b1\u03bf\u03bd\u03c1\u03b9\u03ba\u03c4\u03c5", "aovpiktu");
    add("\u03b3\u03c7\u03b7\u03c9\u03c3\u03b5\u03bc\u03f2", "yxnwoeuc");
    // Armenian.
    add("\u0585\u0578\u057d\u0570\u0581\u0566\u0575\u0584", "onuhgqjp");
  }

  private NameShape() {}

  private static void add(String letters, String shapes) {
    for (int i = 0; i < letters.length(); i++) {
      LOOKALIKES.put((int) letters.charAt(i), shapes.substring(i, i + 1));
    }
  }

  /** The shape of a name in its canonical form. */
  static String of(String name) {
    StringBuilder shape = new StringBuilder();
    name.codePoints()
        .forEach(
            letter -> shape.append(LOOKALIKES.getOrDefault(letter, Character.toString(letter))));
    return shape.toString().replace("rn", "m").replace("vv", "w");
  }
}
