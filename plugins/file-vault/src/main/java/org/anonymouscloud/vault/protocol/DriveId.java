package org.anonymouscloud.vault.protocol;

import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.crypto.RandomBytes;

/** The 128-bit name of a drive, which stands in the context of everything sealed for it. */
public final class DriveId implements Comparable<DriveId> {
  /** Bytes in an id. */
  public static final int LENGTH = 16;

  private final byte[] bytes;

  private DriveId(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A new id that no drive has. */
  public static DriveId random() {
    return new DriveId(RandomBytes.next(LENGTH));
  }

  /**
   * Copies an id.
   *
   * @throws IllegalArgumentException if the length is not {@link #LENGTH}
   */
  public static DriveId of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("The id of a drive has 16 bytes.");
    }
    return new DriveId(bytes.clone());
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** The drive, as the heads in the account's chain name it. */
  public ObjectId object() {
    return ObjectId.of(bytes);
  }

  @Override
  public int compareTo(DriveId other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DriveId id && Arrays.equals(bytes, id.bytes);
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
