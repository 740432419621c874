package org.anonymouscloud.core.account;

import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.crypto.RandomBytes;

/** The random 128-bit name of a device in its account. Immutable. */
public final class DeviceId {
  /** Bytes in an id. */
  public static final int LENGTH = 16;

  private final byte[] bytes;

  private DeviceId(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Copies an id out of {@code bytes}.
   *
   * @throws IllegalArgumentException if the length is not {@link #LENGTH}
   */
  public static DeviceId of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("A device id has 16 bytes, not " + bytes.length + ".");
    }
    return new DeviceId(bytes.clone());
  }

  /**
   * Reads what {@link #toString} gives.
   *
   * @throws IllegalArgumentException if it is not 32 hexadecimal digits; the message is for people
   */
  public static DeviceId parse(String text) {
    if (text.length() != 2 * LENGTH) {
      throw new IllegalArgumentException("A device's id has 32 hexadecimal digits.");
    }
    try {
      return new DeviceId(HexFormat.of().parseHex(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("A device's id has 32 hexadecimal digits.", e);
    }
  }

  /** A new id that nobody has. */
  public static DeviceId random() {
    return new DeviceId(RandomBytes.next(LENGTH));
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DeviceId id && Arrays.equals(bytes, id.bytes);
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
