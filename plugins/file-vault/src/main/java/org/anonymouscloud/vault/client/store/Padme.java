package org.anonymouscloud.vault.client.store;

/**
 * How much of a length may be seen: Padmé (Nikitin and others, "Reducing Metadata Leakage from
 * Encrypted Files and Communication with PURBs", section 4) leaves as many bits of it free as its
 * logarithm has, so that padding costs at most an eighth, and less the longer a thing is.
 */
public final class Padme {
  private Padme() {}

  /**
   * The steps in which lengths of this order are told apart, a power of two.
   *
   * @param length at least 0
   */
  public static long step(long length) {
    if (length < 2) {
      return 1;
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(length);
    int kept = Integer.SIZE - Integer.numberOfLeadingZeros(exponent);
    return 1L << Math.max(0, exponent - kept);
  }

  /** The length, padded to a whole step. */
  static long padded(long length) {
    long step = step(length);
    return (length + step - 1) / step * step;
  }
}
