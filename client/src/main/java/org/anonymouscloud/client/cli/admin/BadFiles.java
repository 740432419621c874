package org.anonymouscloud.client.cli.admin;

import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.plugin.Problem;

/**
 * How many files a server or a backup does not have as they came.
 *
 * @param damaged that are there, with other bytes
 * @param unreadable that may be there, and cannot be read
 * @param lost that are not there, or too short
 */
record BadFiles(int damaged, int unreadable, int lost) {
  boolean any() {
    return damaged > 0 || unreadable > 0 || lost > 0;
  }

  /** As the end of a sentence: {@code 2 files are damaged and 1 is lost or short}. */
  String words() {
    List<String> parts = new ArrayList<>();
    add(parts, damaged, "damaged");
    add(parts, unreadable, "unreadable");
    add(parts, lost, "lost or short");
    String last = parts.removeLast();
    return parts.isEmpty() ? last : String.join(", ", parts) + " and " + last;
  }

  static String files(long count) {
    return count + (count == 1 ? " file" : " files");
  }

  static String rows(long count) {
    return count + (count == 1 ? " row" : " rows");
  }

  private static void add(List<String> parts, int count, String what) {
    if (count > 0) {
      String files = parts.isEmpty() ? files(count) : String.valueOf(count);
      parts.add(files + (count == 1 ? " is " : " are ") + what);
    }
  }

  /** Of what is not lost nobody knows that it is as it came: it may be given out as that. */
  Problem problem(String message) {
    return new Problem(
        damaged > 0 || unreadable > 0 ? Problem.Kind.SECURITY : Problem.Kind.NOT_FOUND, message);
  }
}
