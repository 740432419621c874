package org.anonymouscloud.vault.client.format;

import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Secret;

/**
 * The keys of a drive in one generation: one key, one purpose. The owner closes them when nobody
 * uses them any more; until then thread-safe.
 *
 * @param segment seals content
 * @param node seals lists and pages
 * @param root seals roots
 * @param digest binds content, lists and pages to what refers to them
 */
public record DriveKeys(Secret segment, Secret node, Secret root, Secret digest)
    implements AutoCloseable {
  static final String SEGMENT_LABEL = "anonymouscloud/vault/v1/segment-key";
  static final String NODE_LABEL = "anonymouscloud/vault/v1/node-key";
  static final String ROOT_LABEL = "anonymouscloud/vault/v1/root-key";
  static final String DIGEST_LABEL = "anonymouscloud/vault/v1/digest-key";

  /**
   * Derives the keys of a generation.
   *
   * @param vaultSecret the vault's secret of this generation; stays the caller's
   */
  public static DriveKeys of(Secret vaultSecret) {
    return new DriveKeys(
        Hkdf.SHA256.key(vaultSecret, SEGMENT_LABEL),
        Hkdf.SHA256.key(vaultSecret, NODE_LABEL),
        Hkdf.SHA256.key(vaultSecret, ROOT_LABEL),
        Hkdf.SHA256.key(vaultSecret, DIGEST_LABEL));
  }

  @Override
  public void close() {
    segment.close();
    node.close();
    root.close();
    digest.close();
  }

  @Override
  public String toString() {
    return "DriveKeys";
  }
}
