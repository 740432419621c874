package org.anonymouscloud.client.cli.server;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 500M}, {@code 20G}, in powers of 1024. */
public final class Size {
  private static final Pattern FORM = Pattern.compile("(\\d{1,15})([KMGT]?)(?:I?B)?");
  private static final String UNITS = "KMGT";
  private static final int BITS_PER_UNIT = 10;

  private Size() {}

  /**
   * The number of bytes.
   *
   * @throws IllegalArgumentException if it is no size; the message is for people
   */
  public static long parse(String text) {
    Matcher parts = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!parts.matches()) {
      throw new IllegalArgumentException("A size looks like 500M or 20G, not '" + text + "'.");
    }
    int shift = parts.group(2).isEmpty() ? 0 : (UNITS.indexOf(parts.group(2)) + 1) * BITS_PER_UNIT;
    try {
      return Math.multiplyExact(Long.parseLong(parts.group(1)), 1L << shift);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("The size " + text + " is too large.", e);
    }
  }
}
