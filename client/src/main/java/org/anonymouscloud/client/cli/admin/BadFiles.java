package org.anonymouscloud.client.cli.admin;

import org.anonymouscloud.core.plugin.Problem;

/**
 * How many files a server or a backup does not have as they came.
 *
 * @param damaged that are there, with other bytes
 * @param lost that are not there, or too short
 */
record BadFiles(int damaged, int lost) {
  private static final String LOST = "lost or short";

  boolean any() {
    return damaged > 0 || lost > 0;
  }

  /** As the end of a sentence: {@code 2 files are damaged and 1 is lost or short}. */
  String words() {
    if (damaged == 0) {
      return files(lost) + be(lost) + LOST;
    }
    return files(damaged)
        + be(damaged)
        + "damaged"
        + (lost == 0 ? "" : " and " + lost + be(lost) + LOST);
  }

  /** What is damaged weighs more than what is lost: it may be given out as what it is not. */
  Problem problem(String message) {
    return new Problem(damaged > 0 ? Problem.Kind.SECURITY : Problem.Kind.NOT_FOUND, message);
  }

  private static String files(int count) {
    return count + (count == 1 ? " file" : " files");
  }

  private static String be(int count) {
    return count == 1 ? " is " : " are ";
  }
}
