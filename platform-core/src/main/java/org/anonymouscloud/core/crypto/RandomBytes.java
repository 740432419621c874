package org.anonymouscloud.core.crypto;

import java.security.SecureRandom;

/** The system's random source: one instance, never seeded. Thread-safe. */
public final class RandomBytes {
  private static final SecureRandom SOURCE = new SecureRandom();

  private RandomBytes() {}

  /** A new array of {@code length} unpredictable bytes. */
  public static byte[] next(int length) {
    byte[] bytes = new byte[length];
    SOURCE.nextBytes(bytes);
    return bytes;
  }
}
