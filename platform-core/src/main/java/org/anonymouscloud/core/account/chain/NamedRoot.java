package org.anonymouscloud.core.account.chain;

import org.anonymouscloud.core.crypto.SealingKey;

/**
 * What a chain says of a root secret. Both follow from it, so whoever opens it knows whether it is
 * the one that is named, and nobody else learns anything of it.
 *
 * @param commitment {@link ChainLink#COMMITMENT} bytes
 * @param share what others share with the account, while this root secret is the newest, they seal
 *     to this key (A6)
 */
public record NamedRoot(byte[] commitment, SealingKey share) {
  /** Bytes in it. */
  static final int LENGTH = ChainLink.COMMITMENT + SealingKey.LENGTH;

  public NamedRoot {
    ChainLink.requireLength(commitment, ChainLink.COMMITMENT);
  }
}
