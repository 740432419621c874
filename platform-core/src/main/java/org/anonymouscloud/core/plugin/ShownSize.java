package org.anonymouscloud.core.plugin;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * How every command writes a size for people: in powers of 1024 as they are typed too, with one
 * place after the point, as in {@code 1.5 MiB}. Documents for programs have bytes.
 */
public final class ShownSize {
  private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final BigDecimal STEP = BigDecimal.valueOf(1024);

  private ShownSize() {}

  /**
   * So many bytes.
   *
   * @param bytes 0 or more
   */
  public static String of(long bytes) {
    return of(BigInteger.valueOf(bytes));
  }

  /** The same for more than fit into a number of 64 bits. */
  public static String of(BigInteger bytes) {
    BigDecimal size = new BigDecimal(bytes);
    if (size.compareTo(STEP) < 0) {
      return bytes + (bytes.equals(BigInteger.ONE) ? " byte" : " bytes");
    }
    int unit = -1;
    // What would be rounded to 1024.0 is one of the next.
    while (unit + 1 < UNITS.length && rounded(size).compareTo(STEP) >= 0) {
      size = size.divide(STEP);
      unit++;
    }
    return "%s %s".formatted(rounded(size).toPlainString(), UNITS[unit]);
  }

  private static BigDecimal rounded(BigDecimal size) {
    return size.setScale(1, RoundingMode.HALF_UP);
  }
}
