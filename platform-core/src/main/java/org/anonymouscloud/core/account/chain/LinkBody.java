package org.anonymouscloud.core.account.chain;

import org.anonymouscloud.core.crypto.VerifyKey;

/** What a link of the chain says. */
public sealed interface LinkBody {
  /** The device that this link makes valid; it signs the link beside the identity key. */
  NewDevice device();

  /** The link's type on the wire. */
  int type();

  /**
   * The first link: the account begins.
   *
   * @param identity the account's Ed25519 public key
   * @param passwordSlot X-Wing public key whose secret comes from password and account key
   * @param recoverySlot X-Wing public key whose secret comes from the recovery words
   * @param rootCommitment 32 bytes derived from the root secret of generation 0
   */
  record Create(
      VerifyKey identity,
      byte[] passwordSlot,
      byte[] recoverySlot,
      byte[] rootCommitment,
      NewDevice device)
      implements LinkBody {
    public static final int TYPE = 1;

    public Create {
      ChainLink.requireLength(passwordSlot, ChainLink.SLOT_KEY);
      ChainLink.requireLength(recoverySlot, ChainLink.SLOT_KEY);
      ChainLink.requireLength(rootCommitment, ChainLink.COMMITMENT);
    }

    @Override
    public int type() {
      return TYPE;
    }
  }

  /** Someone who could open the account logged in on a new device. */
  record AddDevice(NewDevice device) implements LinkBody {
    public static final int TYPE = 2;

    @Override
    public int type() {
      return TYPE;
    }
  }
}
