package org.anonymouscloud.client.agent;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.local.FeatureState;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.core.session.Link;

/** The account of this agent, as features see it. Thread-safe. */
final class LoggedInAccount implements AccountSession, AutoCloseable {
  private final LocalAccount local;
  private final OnlineAccount online;

  /** Takes over the account: {@link #close} closes it. */
  LoggedInAccount(LocalAccount local, OnlineAccount online) {
    this.local = local;
    this.online = online;
  }

  LocalAccount local() {
    return local;
  }

  @Override
  public AccountId account() {
    return local.account();
  }

  @Override
  public DeviceId device() {
    return local.device();
  }

  @Override
  public int generation() {
    return local.generation();
  }

  @Override
  public Secret featureSecret(String feature, int generation) {
    return local.featureSecret(feature, generation);
  }

  @Override
  public Link link() {
    return online.link();
  }

  @Override
  public byte[] sign(String label, byte[] message) {
    return local.sign(label, message);
  }

  @Override
  public boolean verify(DeviceId signer, String label, byte[] message, byte[] signature)
      throws IOException {
    return online.verify(signer, label, message, signature);
  }

  @Override
  public StateStore state(String feature) {
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

  @Override
  public void close() {
    online.close();
    local.close();
  }
}
