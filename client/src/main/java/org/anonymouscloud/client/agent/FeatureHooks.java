package org.anonymouscloud.client.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.KnownChain;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.session.Link;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this agent's features do when an account changes, each with its own part of the account. One
 * that throws what it must not is passed over. Thread-safe as they are.
 */
record FeatureHooks(List<ClientFeature> features) implements AccountFeatures {
  private static final Logger LOG = LoggerFactory.getLogger(FeatureHooks.class);

  @Override
  public HeadList heads(LocalAccount account, KnownChain chain, Link link) throws IOException {
    SortedMap<String, List<Head>> heads = new TreeMap<>();
    for (ClientFeature feature : features) {
      try {
        List<Head> own = feature.heads(new FeatureAccount(account, chain, link, feature.name()));
        if (!own.isEmpty()) {
          heads.put(feature.name(), own);
        }
      } catch (RuntimeException | Error e) {
        // Whatever a plugin throws: a device can be removed all the same.
        LOG.warn("The feature {} did not say its heads: {}", feature.name(), e.toString());
      }
    }
    return new HeadList(heads);
  }

  /** Nobody is logged in any more, or the device is locked. */
  void forget() {
    for (ClientFeature feature : features) {
      try {
        feature.forget();
      } catch (RuntimeException | Error e) {
        LOG.warn("The feature {} did not forget the account: {}", feature.name(), e.toString());
      }
    }
  }

  /**
   * A generation of the root secret has begun. What cannot be done now, the next device does.
   *
   * @return what the person should know
   */
  List<String> beginGeneration(LoggedInAccount account) {
    List<String> told = new ArrayList<>();
    for (ClientFeature feature : features) {
      try {
        told.addAll(feature.beginGeneration(account.of(feature.name())));
      } catch (IOException | RuntimeException | Error e) {
        LOG.warn(
            "The feature {} did not begin its new generation: {}", feature.name(), e.toString());
      }
    }
    return told;
  }
}
