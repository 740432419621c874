package org.anonymouscloud.vault.client.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A pattern of names as shells have it: {@code *} for any characters, {@code ?} for one, {@code
 * [a-z]} for one of some and {@code [!a-z]} for one of all others; a backslash takes the special
 * meaning from what follows it. It takes no more steps than pattern and name are long, multiplied.
 *
 * @param parts what it is made of, in order
 */
public record Glob(List<Part> parts) {
  public Glob {
    parts = List.copyOf(parts);
  }

  /** One step of a pattern. */
  public sealed interface Part {
    record Any() implements Part {}

    record One(IntPredicate fits) implements Part {}
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException if a bracket is not closed, or nothing follows a backslash
   */
  public static Glob of(String text) {
    int[] pattern = text.codePoints().toArray();
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (at < pattern.length) {
      int character = pattern[at++];
      switch (character) {
        case '*' -> parts.add(new Part.Any());
        case '?' -> parts.add(new Part.One(_ -> true));
        case '[' -> {
          int end = at + 1;
          while (end < pattern.length
              && (pattern[end] != ']' || (end == at + 1 && pattern[at] == '!'))) {
            end++;
          }
          if (end >= pattern.length) {
            throw new IllegalArgumentException("A bracket is not closed.");
          }
          parts.add(new Part.One(set(pattern, at, end)));
          at = end + 1;
        }
        case '\\' -> {
          if (at == pattern.length) {
            throw new IllegalArgumentException("Nothing follows the backslash.");
          }
          int meant = pattern[at++];
          parts.add(new Part.One(other -> other == meant));
        }
        default -> parts.add(new Part.One(other -> other == character));
      }
    }
    return new Glob(parts);
  }

  private static IntPredicate set(int[] pattern, int from, int end) {
    boolean others = pattern[from] == '!';
    IntPredicate fits = _ -> false;
    for (int i = others ? from + 1 : from; i < end; i++) {
      int low = pattern[i];
      boolean range = i + 2 < end && pattern[i + 1] == '-';
      int high = range ? pattern[i + 2] : low;
      i += range ? 2 : 0;
      fits = fits.or(character -> low <= character && character <= high);
    }
    return others ? fits.negate() : fits;
  }

  /** Whether the whole name fits. */
  public boolean fits(String text) {
    int[] name = text.codePoints().toArray();
    int at = 0;
    int part = 0;
    int star = -1;
    int resume = 0;
    while (at < name.length) {
      if (part < parts.size()
          && parts.get(part) instanceof Part.One(IntPredicate fits)
          && fits.test(name[at])) {
        at++;
        part++;
      } else if (part < parts.size() && parts.get(part) instanceof Part.Any) {
        star = part++;
        resume = at;
      } else if (star >= 0) {
        part = star + 1;
        at = ++resume;
      } else {
        return false;
      }
    }
    while (part < parts.size() && parts.get(part) instanceof Part.Any) {
      part++;
    }
    return part == parts.size();
  }
}
