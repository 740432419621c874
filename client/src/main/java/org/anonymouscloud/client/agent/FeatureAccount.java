package org.anonymouscloud.client.agent;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.account.chain.ChainFloor;
import org.anonymouscloud.core.account.client.KnownChain;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.local.FeatureState;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.core.session.Link;

/**
 * The account of this agent as one feature sees it: there is no way to name another feature's keys
 * or values. Thread-safe.
 *
 * @param local its keys and state
 * @param chain of the account
 * @param link on which the account is proven
 */
record FeatureAccount(LocalAccount local, KnownChain chain, Link link, String feature)
    implements AccountSession {
  @Override
  public AccountId account() {
    return local.account();
  }

  @Override
  public DeviceId device() {
    return local.device();
  }

  @Override
  public Set<DeviceId> devices() throws IOException {
    return Set.copyOf(chain.known().state().devices().keySet());
  }

  @Override
  public int generation() {
    return chain.generation();
  }

  @Override
  public Secret featureSecret(int generation) {
    return local.featureSecret(feature, generation);
  }

  @Override
  public byte[] sign(String label, byte[] message) {
    if (!label.startsWith("anonymouscloud/" + feature + "/")) {
      throw new IllegalArgumentException("This label does not belong to " + feature + ".");
    }
    return local.sign(label, message);
  }

  @Override
  public boolean verify(
      DeviceId signer, int generation, String label, byte[] message, byte[] signature)
      throws IOException {
    return chain.verify(signer, generation, label, message, signature);
  }

  @Override
  public ChainFloor chainHead() throws IOException {
    return chain.known().state().head();
  }

  @Override
  public boolean isInChain(ChainFloor seen) throws IOException {
    return chain.contains(seen);
  }

  @Override
  public Optional<Head> head(ObjectId object) throws IOException {
    return local.heads(chain).byFeature().getOrDefault(feature, List.of()).stream()
        .filter(head -> head.object().equals(object))
        .findFirst();
  }

  @Override
  public StateStore state() {
    FeatureState state = local.state(feature);
    return new StateStore() {
      @Override
      public Optional<byte[]> get(String name) throws IOException {
        return state.get(name);
      }

      @Override
      public void put(String name, byte[] value) throws IOException {
        state.put(name, value);
      }
    };
  }
}
