package org.anonymouscloud.vault.client.format;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.vault.protocol.DriveId;

/**
 * The random 128-bit name of a file or folder, which it keeps when it is renamed. What is sealed
 * for a file is bound to it (A19). Immutable.
 */
public final class ItemId {
  /** Bytes in an id. */
  public static final int LENGTH = 16;

  /** Makes ids of folders that lead to what was removed. */
  private static final String ASIDE_LABEL = "anonymouscloud/vault/v1/aside";

  static final String HOLDER_LABEL = "anonymouscloud/vault/v1/aside-holder";

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

  /** The id of a drive's topmost folder, which is the drive's own. */
  public static ItemId top(DriveId drive) {
    return new ItemId(drive.bytes());
  }

  /** The id of the topmost folder of a drive's hidden tree. */
  public static ItemId aside(DriveId drive) {
    return derived(ASIDE_LABEL, drive.bytes());
  }

  /** Takes ownership of the array. */
  static ItemId of(byte[] bytes) {
    return new ItemId(bytes);
  }

  /**
   * The id of a folder that is made in this one only to hold the path of what was removed: no other
   * folder has it.
   */
  public ItemId holding(Name name) {
    return derived(HOLDER_LABEL, bytes, name.encode());
  }

  /** The beginning of the SHA-256 of a label, a zero byte and some parts. */
  static ItemId derived(String label, byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes((label + '\0').getBytes(US_ASCII));
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return new ItemId(Arrays.copyOf(Digest.sha256(all.toByteArray()).bytes(), LENGTH));
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
