package org.anonymouscloud.client.agent;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.client.local.FeatureState;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.core.session.Link;

/**
 * The account of this agent as one feature sees it: there is no way to name another feature's keys
 * or values. Thread-safe.
 */
record FeatureAccount(LoggedInAccount whole, String feature) implements AccountSession {
  @Override
  public AccountId account() {
    return whole.local().account();
  }

  @Override
  public DeviceId device() {
    return whole.local().device();
  }

  @Override
  public int generation() {
    return whole.local().generation();
  }

  @Override
  public Secret featureSecret(int generation) {
    return whole.local().featureSecret(feature, generation);
  }

  @Override
  public Link link() {
    return whole.online().link();
  }

  @Override
  public byte[] sign(String label, byte[] message) {
    if (!label.startsWith("anonymouscloud/" + feature + "/")) {
      throw new IllegalArgumentException("This label does not belong to " + feature + ".");
    }
    return whole.local().sign(label, message);
  }

  @Override
  public boolean verify(
      DeviceId signer, int generation, String label, byte[] message, byte[] signature)
      throws IOException {
    return whole.online().verify(signer, generation, label, message, signature);
  }

  @Override
  public StateStore state() {
    FeatureState state = whole.local().state(feature);
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
