package org.anonymouscloud.vault.client.format;

import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Secret;

/** The 128-bit name of a drive, which stands in the context of everything sealed for it. */
public final class DriveId {
  /** Bytes in an id. */
  public static final int LENGTH = 16;

  /** Derives an account's own drive's id, so that no server can say which drive is whose. */
  static final String LABEL = "anonymouscloud/vault/v1/drive-id";

  /** Makes the id of the hidden tree's topmost folder. */
  static final String ASIDE_LABEL = "anonymouscloud/vault/v1/aside";

  private final byte[] bytes;

  private DriveId(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The drive that belongs to an account.
   *
   * @param vaultSecret the account's vault secret of generation 0; stays the caller's
   */
  public static DriveId ofAccount(Secret vaultSecret) {
    try (Secret derived = Hkdf.SHA256.key(vaultSecret, LABEL)) {
      return new DriveId(Arrays.copyOf(derived.bytes(), LENGTH));
    }
  }

  static DriveId of(byte[] bytes) {
    return new DriveId(bytes);
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** The drive as the heads in the account's chain name it. */
  public ObjectId object() {
    return ObjectId.of(bytes);
  }

  /** The id of the folder at the top, which is the drive's own. */
  public ItemId top() {
    return ItemId.of(bytes.clone());
  }

  /** The id of the topmost folder of the hidden tree. */
  public ItemId aside() {
    return ItemId.derived(ASIDE_LABEL, bytes);
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
