package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.remote.KnownChain;
import org.anonymouscloud.core.session.Link;

/** The features that keep something for accounts, as far as a link of the chain concerns them. */
@FunctionalInterface
public interface AccountFeatures {
  /** No features at all. */
  AccountFeatures NONE = (account, chain, link, leaving) -> HeadList.NONE;

  /**
   * How far all has come that features keep.
   *
   * @param account of this device, which need not be one of the account's yet
   * @param chain after which a link is about to come
   * @param link on which the account is proven; it may do no more than read
   * @param leaving the devices that the link removes, whose word counts no more
   * @throws IOException if a feature cannot say it; then the link is not made
   */
  HeadList heads(LocalAccount account, KnownChain chain, Link link, Set<DeviceId> leaving)
      throws IOException;

  /** An account that is in use was seen to have a longer chain than before. */
  default void grown(ChainState before, ChainState after) {}

  /** A contact is another than before for this device, or none any more. */
  default void contactChanged(AccountId contact) {}
}
