package org.anonymouscloud.vault.client.format;

import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.crypto.RandomBytes;

/**
 * The random 128-bit name of a file or folder, which it keeps when it is renamed. What is sealed
 * for a file is bound to it (A19). Immutable.
 */
public final class ItemId {
  /** Bytes in an id. */
  public static final int LENGTH = 16;

  private final byte[] bytes;

  private ItemId(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A new id that nothing has. */
  public static ItemId random() {
    return new ItemId(RandomBytes.next(LENGTH));
  }

  /**
   * Reads what {@link #toString} gives.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static ItemId parse(String text) {
    byte[] bytes = HexFormat.of().parseHex(text);
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("An id has " + 2 * LENGTH + " digits.");
    }
    return new ItemId(bytes);
  }

  /** Takes ownership of the array. */
  static ItemId of(byte[] bytes) {
    return new ItemId(bytes);
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ItemId id && Arrays.equals(bytes, id.bytes);
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
