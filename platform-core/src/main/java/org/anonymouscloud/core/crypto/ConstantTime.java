package org.anonymouscloud.core.crypto;

import java.security.MessageDigest;

/** Comparison that takes the same time wherever two arrays differ. */
public final class ConstantTime {
  private ConstantTime() {}

  /** Whether both arrays have the same length and content; only the length may show in the time. */
  public static boolean equal(byte[] one, byte[] other) {
    return MessageDigest.isEqual(one, other);
  }
}
