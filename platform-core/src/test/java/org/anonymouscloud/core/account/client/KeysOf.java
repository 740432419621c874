package org.anonymouscloud.core.account.client;

import org.anonymouscloud.core.account.client.remote.KnownChain;
import org.anonymouscloud.core.crypto.Secret;

/** What a device has, also while it is not connected. */
public final class KeysOf {
  private KeysOf() {}

  /** As {@link KnownChain#featureSecret} gives it. */
  public static Secret featureSecret(LocalAccount account, String feature, int generation) {
    return account.state().roots().get(generation).feature(feature);
  }
}
