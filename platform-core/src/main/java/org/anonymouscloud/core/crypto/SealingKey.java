package org.anonymouscloud.core.crypto;

import java.util.Arrays;
import org.anonymouscloud.core.wire.Malformed;

/**
 * The public half of an {@link OpeningKey}: whoever has it can seal, nobody but the other half's
 * owner can open. It says nothing about who sealed. HPKE (RFC 9180) with X-Wing, HKDF-SHA256 and
 * ChaCha20-Poly1305. Immutable.
 */
public final class SealingKey {
  /** Bytes in a key. */
  public static final int LENGTH = Hpke.PUBLIC_KEY;

  /** Bytes by which a sealed message is longer than the message. */
  public static final int OVERHEAD = Hpke.ENCAPSULATED + Hpke.TAG;

  private final byte[] bytes;

  private SealingKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Decodes a key that someone else sent.
   *
   * @throws Malformed unless it is a key that can be sealed to
   */
  public static SealingKey of(byte[] bytes) throws Malformed {
    byte[] own = bytes.clone();
    Hpke.check(own);
    return new SealingKey(own);
  }

  /** For a key that was derived here. */
  static SealingKey trusted(byte[] bytes) {
    return new SealingKey(bytes);
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /**
   * Seals a message. Two seals of one message differ.
   *
   * @param info the purpose, a constant of the format's document
   * @param context what the message is and where it belongs; needed again to open it
   */
  public byte[] seal(byte[] info, byte[] context, byte[] plain) {
    return Hpke.seal(bytes, info, context, plain);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SealingKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "SealingKey";
  }
}
