package org.anonymouscloud.core.account;

import java.util.Arrays;
import java.util.HexFormat;

/** The 128-bit name of something that a feature keeps, such as a drive. Immutable. */
public final class ObjectId {
  /** Bytes in an id. */
  public static final int LENGTH = 16;

  private final byte[] bytes;

  private ObjectId(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Copies an id out of {@code bytes}.
   *
   * @throws IllegalArgumentException if the length is not {@link #LENGTH}
   */
  public static ObjectId of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException(
          "The id of an object has 16 bytes, not " + bytes.length + ".");
    }
    return new ObjectId(bytes.clone());
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ObjectId id && Arrays.equals(bytes, id.bytes);
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
