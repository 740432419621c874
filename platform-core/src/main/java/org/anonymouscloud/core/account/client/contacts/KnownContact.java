package org.anonymouscloud.core.account.client.contacts;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.crypto.Digest;

/**
 * What a device has pinned of a contact.
 *
 * @param genesis hash of the chain's first link
 * @param floor the highest link of the chain that this device has seen
 * @param trust not {@link Trust#NEW}
 */
public record KnownContact(
    UserName name, AccountId account, Digest genesis, ChainFloor floor, Trust trust) {

  static KnownContact of(Contact contact, Trust trust) {
    ChainState chain = contact.chain();
    return new KnownContact(contact.name(), chain.account(), chain.genesis(), chain.head(), trust);
  }

  /** Whether a chain is what has become of the one that was pinned. */
  boolean isContinuedBy(Chain chain) {
    if (!isThatOf(chain.state())) {
      return false;
    }
    try {
      chain.atLeast(floor);
      return true;
    } catch (ChainRefused e) {
      return false;
    }
  }

  /** Whether a chain begins as the one that was pinned. */
  boolean isThatOf(ChainState chain) {
    return chain.account().equals(account) && chain.genesis().equals(genesis);
  }

  /** The same with what else is known; neither floor nor trust falls. */
  KnownContact raise(ChainFloor seen, Trust earned) {
    return new KnownContact(
        name,
        account,
        genesis,
        seen.seq() > floor.seq() ? seen : floor,
        earned.compareTo(trust) > 0 ? earned : trust);
  }
}
