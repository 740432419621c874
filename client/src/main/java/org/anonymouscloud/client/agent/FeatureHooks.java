package org.anonymouscloud.client.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.KnownChain;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.Lost;
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

  /** What a server that was restored from a backup lacks of each feature, by its name. */
  Map<String, List<Lost>> lost(LocalAccount account, KnownChain chain, Link link)
      throws IOException {
    Map<String, List<Lost>> lost = new TreeMap<>();
    for (ClientFeature feature : features) {
      List<Lost> own = feature.lost(new FeatureAccount(account, chain, link, feature.name()));
      if (!own.isEmpty()) {
        lost.put(feature.name(), own);
      }
    }
    return lost;
  }

  /** Has each feature go on from what the server has. */
  void acceptRestored(LocalAccount account, KnownChain chain, Link link) throws IOException {
    for (ClientFeature feature : features) {
      feature.acceptRestored(new FeatureAccount(account, chain, link, feature.name()));
    }
  }

  /**
   * A generation of the root secret has begun. What cannot be done now, the next device does.
   *
   * @return what the person should know
   */
  List<String> beginGeneration(LoggedInAccount account) {
    return told(account, ClientFeature::beginGeneration);
  }

  /** What a device that has just come in has taken on the server's word alone. */
  List<String> takenOnTrust(LoggedInAccount account) {
    return told(account, ClientFeature::takenOnTrust);
  }

  @FunctionalInterface
  private interface Telling {
    List<String> by(ClientFeature feature, FeatureAccount account) throws IOException;
  }

  private List<String> told(LoggedInAccount account, Telling telling) {
    List<String> told = new ArrayList<>();
    for (ClientFeature feature : features) {
      try {
        told.addAll(telling.by(feature, account.of(feature.name())));
      } catch (IOException | RuntimeException | Error e) {
        // It comes up again with the feature's next command, where it can be told as it should.
        LOG.warn("The feature {} did not follow: {}", feature.name(), e.toString());
      }
    }
    return told;
  }
}
