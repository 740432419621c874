package org.anonymouscloud.client.agent;

import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.host.OfferedFeature;

/**
 * The account of this agent. Thread-safe.
 *
 * @param local its keys and state
 * @param online its link to the server
 */
record LoggedInAccount(LocalAccount local, OnlineAccount online) {
  /** The account as one feature sees it. */
  FeatureAccount of(OfferedFeature feature) {
    return FeatureAccount.of(feature, local, online, online.link());
  }
}
