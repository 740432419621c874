package org.anonymouscloud.core.account.client.contacts;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.crypto.HashFunction;

/**
 * What two people compare to know that nobody stands between them: both devices show the same 60
 * digits, 30 for each side, the smaller first. Signal's numeric fingerprint of version 0, of the
 * hash of each account's first link and the account's id. It stays the same as long as the two
 * accounts do, through new devices, passwords and recoveries.
 *
 * @param digits 60 of them, without blanks
 */
public record SafetyNumber(String digits) {
  /** Signal's; makes it expensive to search for a number that looks alike: over 112 bits. */
  private static final int ITERATIONS = 5_200;

  private static final byte[] VERSION = {0, 0};
  private static final int LENGTH = 60;
  private static final int GROUP = 5;
  private static final int HALF = 30;
  private static final long BELOW = 100_000;
  private static final Pattern DIGITS = Pattern.compile("[0-9]{" + LENGTH + "}");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /**
   * @throws IllegalArgumentException if it is not made of 60 digits
   */
  public SafetyNumber {
    if (!DIGITS.matcher(digits).matches()) {
      throw new IllegalArgumentException("A safety number has " + LENGTH + " digits.");
    }
  }

  /** The number of two accounts, in whichever order. */
  static SafetyNumber of(ChainState one, ChainState other) {
    return of(
        one.genesis().bytes(),
        one.account().bytes(),
        other.genesis().bytes(),
        other.account().bytes());
  }

  static SafetyNumber of(byte[] key, byte[] id, byte[] otherKey, byte[] otherId) {
    String first = half(key, id);
    String second = half(otherKey, otherId);
    return new SafetyNumber(
        first.compareTo(second) <= 0 ? first.concat(second) : second.concat(first));
  }

  private static String half(byte[] key, byte[] id) {
    byte[] hash = HashFunction.SHA512.hash(VERSION, key, id, key);
    for (int i = 1; i < ITERATIONS; i++) {
      hash = HashFunction.SHA512.hash(hash, key);
    }
    StringBuilder digits = new StringBuilder();
    for (int at = 0; at < HALF; at += GROUP) {
      // Five bytes, as the last five of eight.
      byte[] chunk = new byte[Long.BYTES];
      System.arraycopy(hash, at, chunk, Long.BYTES - GROUP, GROUP);
      digits.append(BELOW + ByteBuffer.wrap(chunk).getLong() % BELOW).deleteCharAt(at);
    }
    return digits.toString();
  }

  /**
   * Reads a number as somebody typed it, with blanks and line ends anywhere.
   *
   * @throws IllegalArgumentException if it is not one
   */
  public static SafetyNumber parse(String typed) {
    return new SafetyNumber(BLANKS.matcher(typed).replaceAll(""));
  }

  /** Twelve groups of five, on one line. */
  @Override
  public String toString() {
    return digits.replaceAll("(.{" + GROUP + "})(?=.)", "$1 ");
  }
}
