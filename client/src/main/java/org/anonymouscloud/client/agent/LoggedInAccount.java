package org.anonymouscloud.client.agent;

import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;

/**
 * The account of this agent. Thread-safe.
 *
 * @param local its keys and state
 * @param online its link to the server
 */
record LoggedInAccount(LocalAccount local, OnlineAccount online) {
  /** The account as one feature sees it. */
  FeatureAccount of(String feature) {
    return new FeatureAccount(local, online, new FeatureLink(online.link(), feature));
  }
}
