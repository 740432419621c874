package org.anonymouscloud.core.account.client;

import org.anonymouscloud.core.account.chain.Chain;

/** A chain as it was read once, by a device that is about to come in. */
record ReadChain(Chain known) implements KnownChain {
  @Override
  public Chain refreshed() {
    return known;
  }

  @Override
  public int generation() {
    return known.state().generation();
  }
}
