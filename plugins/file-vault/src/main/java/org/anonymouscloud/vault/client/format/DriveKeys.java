package org.anonymouscloud.vault.client.format;

import java.util.Arrays;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.vault.protocol.DriveId;

/**
 * The keys of a drive in one generation: one key, one purpose. The owner closes them when nobody
 * uses them any more; until then thread-safe.
 *
 * @param segment seals content
 * @param node seals lists and pages
 * @param root seals roots
 * @param digest binds content, lists and pages to what refers to them
 * @param roster seals what the server need not read of the list of members
 */
public record DriveKeys(Secret segment, Secret node, Secret root, Secret digest, Secret roster)
    implements AutoCloseable {
  /** Bytes in a drive secret. */
  public static final int SECRET = 32;

  static final String SEGMENT_LABEL = "anonymouscloud/vault/v1/segment-key";
  static final String NODE_LABEL = "anonymouscloud/vault/v1/node-key";
  static final String ROOT_LABEL = "anonymouscloud/vault/v1/root-key";
  static final String DIGEST_LABEL = "anonymouscloud/vault/v1/digest-key";
  static final String ROSTER_LABEL = "anonymouscloud/vault/v1/roster-key";

  private static final String COMMITMENT_LABEL = "anonymouscloud/vault/v1/secret-commitment";
  private static final String HOME_LABEL = "anonymouscloud/vault/v1/drive-id";

  /**
   * The id of an account's own first drive, so that no server can name another.
   *
   * @param vaultSecret the account's vault secret of generation 0; stays the caller's
   */
  public static DriveId home(Secret vaultSecret) {
    try (Secret derived = Hkdf.SHA256.key(vaultSecret, HOME_LABEL)) {
      return DriveId.of(Arrays.copyOf(derived.bytes(), DriveId.LENGTH));
    }
  }

  /** What a list of members says of a drive secret: another one does not follow from it. */
  public static Digest commitment(Secret driveSecret) {
    try (Secret derived = Hkdf.SHA256.key(driveSecret, COMMITMENT_LABEL)) {
      return Digest.of(derived.bytes());
    }
  }

  /**
   * Derives the keys of a generation.
   *
   * @param driveSecret of this generation; stays the caller's
   */
  public static DriveKeys of(Secret driveSecret) {
    return new DriveKeys(
        Hkdf.SHA256.key(driveSecret, SEGMENT_LABEL),
        Hkdf.SHA256.key(driveSecret, NODE_LABEL),
        Hkdf.SHA256.key(driveSecret, ROOT_LABEL),
        Hkdf.SHA256.key(driveSecret, DIGEST_LABEL),
        Hkdf.SHA256.key(driveSecret, ROSTER_LABEL));
  }

  @Override
  public void close() {
    segment.close();
    node.close();
    root.close();
    digest.close();
    roster.close();
  }

  @Override
  public String toString() {
    return "DriveKeys";
  }
}
