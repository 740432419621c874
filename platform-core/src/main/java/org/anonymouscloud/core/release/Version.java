package org.anonymouscloud.core.release;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of a plugin. It has an order, as an installed version may not go down (A66). */
public record Version(int major, int minor, int patch) implements Comparable<Version> {
  private static final String NUMBER = "(0|[1-9][0-9]{0,8})";
  private static final Pattern TEXT = Pattern.compile(NUMBER + "\\." + NUMBER + "\\." + NUMBER);
  private static final Comparator<Version> ORDER =
      Comparator.comparingInt(Version::major)
          .thenComparingInt(Version::minor)
          .thenComparingInt(Version::patch);

  /**
   * @throws IllegalArgumentException if a number is negative
   */
  public Version {
    if (major < 0 || minor < 0 || patch < 0) {
      throw new IllegalArgumentException("A version has no negative numbers.");
    }
  }

  static Version parse(String text) throws PluginRefused {
    Matcher numbers = TEXT.matcher(text);
    if (!numbers.matches()) {
      throw new PluginRefused(
          "its version '" + text + "' is not three numbers with dots between them, like 1.4.0");
    }
    return new Version(
        Integer.parseInt(numbers.group(1)),
        Integer.parseInt(numbers.group(2)),
        Integer.parseInt(numbers.group(3)));
  }

  @Override
  public int compareTo(Version other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
