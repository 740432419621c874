package org.anonymouscloud.core.crypto;

/**
 * Sealing with a salt that a vector states. It stands in the crypto room because no other room may
 * choose a salt, and in the tests because no program may.
 */
public final class ChosenSalt {
  private ChosenSalt() {}

  /** As {@link ChunkedEncryption#seal}, with this salt of 24 bytes. */
  public static byte[] seal(Secret key, byte[] salt, byte[] context, byte[] plain) {
    return ChunkedEncryption.seal(key, salt, context, plain, 0, plain.length);
  }
}
