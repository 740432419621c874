package org.anonymouscloud.client.cli;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What someone may have meant who typed a word that there is none of. */
final class Mistyped {
  /** More is no help. */
  private static final int MOST = 3;

  /** A word of so many letters, and each longer one, may be wrong in two of them. */
  private static final int LONG = 5;

  /** Of shorter beginnings too much begins with them. */
  private static final int BEGINNING = 3;

  private Mistyped() {}

  /**
   * The words that are nearest, the best first: with capital and small letters taken for each
   * other, else with a letter or two wrong, too many, missing or in the wrong order, or what is the
   * beginning of a word.
   */
  static List<String> near(String typed, Collection<String> words) {
    String small = typed.toLowerCase(Locale.ROOT);
    List<String> same =
        words.stream().filter(word -> word.toLowerCase(Locale.ROOT).equals(small)).toList();
    if (!same.isEmpty()) {
      return same;
    }
    int letters = small.replace("-", "").length();
    // Of one letter, each other one would be near.
    int allowed = letters >= LONG ? 2 : letters > 1 ? 1 : 0;
    int nearest = words.stream().mapToInt(word -> distance(small, word)).min().orElse(0);
    return words.stream()
        .filter(
            word ->
                (nearest <= allowed && distance(small, word) == nearest && !isOneLetter(word))
                    || (letters >= BEGINNING && word.startsWith(small)))
        .sorted()
        .limit(MOST)
        .toList();
  }

  private static boolean isOneLetter(String word) {
    return word.replace("-", "").length() == 1;
  }

  /** In how many places they differ; two letters in the wrong order are one. */
  private static int distance(String one, String other) {
    int[] before = {};
    int[] above = IntStream.rangeClosed(0, other.length()).toArray();
    for (int i = 1; i <= one.length(); i++) {
      int[] row = new int[other.length() + 1];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int wrong = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(above[j - 1] + wrong, Math.min(above[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      before = above;
      above = row;
    }
    return above[other.length()];
  }
}
