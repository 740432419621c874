package org.anonymouscloud.core.account;

import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.crypto.RandomBytes;

/** The random 128-bit name of an account inside the protocol. Immutable. */
public final class AccountId {
  /** Bytes in an id. */
  public static final int LENGTH = 16;

  private final byte[] bytes;

  private AccountId(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Copies an id out of {@code bytes}.
   *
   * @throws IllegalArgumentException if the length is not {@link #LENGTH}
   */
  public static AccountId of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("An account id has 16 bytes, not " + bytes.length + ".");
    }
    return new AccountId(bytes.clone());
  }

  /** A new id that nobody has. */
  public static AccountId random() {
    return new AccountId(RandomBytes.next(LENGTH));
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AccountId id && Arrays.equals(bytes, id.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
