package org.anonymouscloud.vault.protocol;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;

/**
 * One of a drive's members, as a roster names it.
 *
 * @param generation of the account's root secret to whose share key the drive secret is sealed
 * @param link the newest of the account's chain that the roster's maker knew
 */
public record Member(AccountId account, Right right, int generation, ChainFloor link) {
  /** Bytes in an encoded member. */
  static final int ENCODED = AccountId.LENGTH + 1 + 4 + 8 + 32;

  public Member {
    if (generation < 0 || link.seq() < 0) {
      throw new IllegalArgumentException("There is no such member.");
    }
  }

  /** The same member with another right. */
  public Member with(Right other) {
    return new Member(account, other, generation, link);
  }
}
