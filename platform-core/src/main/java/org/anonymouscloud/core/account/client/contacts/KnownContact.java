package org.anonymouscloud.core.account.client.contacts;

import java.util.Arrays;
import java.util.Comparator;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.crypto.Digest;

/**
 * What an account has pinned of a contact.
 *
 * @param genesis hash of the chain's first link
 * @param floor the highest link of the chain that the account's devices have seen
 * @param trust {@link Trust#NEW} only for one that was removed
 * @param revision how often the name was removed or given to another account, from 0
 */
public record KnownContact(
    UserName name, AccountId account, Digest genesis, ChainFloor floor, Trust trust, int revision) {
  /** In which all devices look at two entries of one name. */
  private static final Comparator<KnownContact> ORDER =
      Comparator.<KnownContact, byte[]>comparing(
              contact -> contact.account.bytes(), Arrays::compareUnsigned)
          .thenComparing(contact -> contact.genesis.bytes(), Arrays::compareUnsigned)
          .thenComparing(contact -> contact.floor.seq(), Comparator.reverseOrder())
          .thenComparing(contact -> contact.floor.hash().bytes(), Arrays::compareUnsigned)
          .thenComparing(KnownContact::trust);

  static KnownContact of(Contact contact, Trust trust) {
    ChainState chain = contact.chain();
    return new KnownContact(
        contact.name(), chain.account(), chain.genesis(), chain.head(), trust, 0);
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
        earned.compareTo(trust) > 0 ? earned : trust,
        revision);
  }

  /** What stays of a contact that somebody removes, so that other devices remove it too. */
  KnownContact removed() {
    return new KnownContact(name, account, genesis, floor, Trust.NEW, revision);
  }

  boolean isRemoved() {
    return trust == Trust.NEW;
  }

  /** This one in the place of what the name stood for before. */
  KnownContact after(KnownContact before) {
    boolean same = !isRemoved() && !before.isRemoved() && isSameAs(before);
    int next = before.revision == Integer.MAX_VALUE ? before.revision : before.revision + 1;
    return withRevision(same ? before.revision : next);
  }

  private KnownContact withRevision(int next) {
    return new KnownContact(name, account, genesis, floor, trust, next);
  }

  private boolean isSameAs(KnownContact other) {
    return account.equals(other.account) && genesis.equals(other.genesis);
  }

  /**
   * What two devices know of one name. The same whichever is asked for it; nobody is taken for
   * somebody else without a person's word.
   */
  KnownContact merge(KnownContact other) {
    if (revision != other.revision) {
      return revision > other.revision ? this : other;
    }
    boolean isFirst = ORDER.compare(this, other) <= 0;
    KnownContact first = isFirst ? this : other;
    KnownContact second = isFirst ? other : this;
    if (isRemoved() || other.isRemoved()) {
      return first.isRemoved() ? first : second;
    }
    if (!isSameAs(other)) {
      return first.raise(first.floor, Trust.DISPUTED);
    }
    boolean forked = floor.seq() == other.floor.seq() && !floor.equals(other.floor);
    return first.raise(second.floor, forked ? Trust.DISPUTED : second.trust);
  }
}
