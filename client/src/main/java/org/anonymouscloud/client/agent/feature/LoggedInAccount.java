package org.anonymouscloud.client.agent.feature;

import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.plugin.AccountSession;

/**
 * The account of this agent. Thread-safe.
 *
 * @param local its keys and state
 * @param online its link to the server
 */
public record LoggedInAccount(LocalAccount local, OnlineAccount online) {
  /** The account as one feature sees it. */
  public AccountSession of(OfferedFeature feature) {
    return FeatureAccount.of(feature, local, online, online.link());
  }

  /** What has changed in it, as this device sees it. */
  public AccountEvents events() {
    return AccountEvents.of(local, online.link());
  }
}
