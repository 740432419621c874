package org.anonymouscloud.core.account.client.remote;

import java.util.List;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.client.keys.RootSecret;

/** A chain as it was read once, by a device that is about to come in. */
public record ReadChain(Chain known, List<RootSecret> roots) implements KnownChain {
  @Override
  public Chain refreshed() {
    return known;
  }
}
