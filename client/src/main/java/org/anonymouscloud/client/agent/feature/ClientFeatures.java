package org.anonymouscloud.client.agent.feature;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.remote.KnownChain;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.plugin.AccountChange;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.core.session.Link;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The features at work in this agent, each with its own part of the account. One that throws what
 * it must not is passed over. Thread-safe; an account is opened and closed by one thread at a time.
 */
public final class ClientFeatures implements AccountFeatures, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClientFeatures.class);

  private final List<Running> running = new CopyOnWriteArrayList<>();
  private final List<OpenFeature> open = new CopyOnWriteArrayList<>();

  private record Running(OfferedFeature offered, RunningClient client) {
    String name() {
      return offered.name();
    }

    FeatureAccount of(LocalAccount account, KnownChain chain, Link link) {
      return FeatureAccount.of(offered, account, chain, link);
    }
  }

  /** A feature has started. It closes with this. */
  public void add(OfferedFeature offered, RunningClient client) {
    running.add(new Running(offered, client));
  }

  /** The account's keys are there. */
  public void open(LoggedInAccount account) {
    open.add(
        new OpenFeature(
            PublishedChanges.ACCOUNT,
            new PublishedChanges(account.events().of(PublishedChanges.ACCOUNT))));
    for (Running feature : running) {
      try {
        open.add(
            new OpenFeature(feature.name(), feature.client().open(account.of(feature.offered()))));
      } catch (RuntimeException | Error e) {
        LOG.warn("The feature {} did not open the account: {}", feature.name(), e.toString());
      }
    }
  }

  /** The account's keys go. Requests to its server fail already. */
  public void closeAccount() {
    open.forEach(OpenFeature::close);
    open.clear();
  }

  @Override
  public void grown(ChainState before, ChainState after) {
    if (after.generation() > before.generation()) {
      tell(new AccountChange.NewGeneration(after.generation()));
    }
    for (DeviceId device : after.devices().keySet()) {
      if (before.device(device).isEmpty()) {
        tell(new AccountChange.DeviceAdded(device));
      }
    }
    for (DeviceId device : before.devices().keySet()) {
      if (after.device(device).isEmpty()) {
        tell(new AccountChange.DeviceRemoved(device));
      }
    }
  }

  @Override
  public void contactChanged(AccountId contact) {
    tell(new AccountChange.ContactChanged(contact));
  }

  private void tell(AccountChange change) {
    open.forEach(feature -> feature.tell(change));
  }

  @Override
  public HeadList heads(LocalAccount account, KnownChain chain, Link link, Set<DeviceId> leaving)
      throws IOException {
    SortedMap<String, List<Head>> heads = new TreeMap<>();
    for (Running feature : running) {
      try {
        List<Head> own = feature.client().heads(feature.of(account, chain, link), leaving);
        if (!own.isEmpty()) {
          heads.put(feature.offered().fullName(), own);
        }
      } catch (RuntimeException | Error e) {
        // What a plugin must not throw keeps no device in the account: the others' heads are said,
        // and of this one what the last link said. An IOException says that there must be no link.
        LOG.warn("The feature {} did not say its heads: {}", feature.name(), e.toString());
      }
    }
    return new HeadList(heads);
  }

  /** Which features refuse what the server has, by their names, so that a person decides. */
  public Map<String, Divergence> divergences(LocalAccount account, KnownChain chain, Link link)
      throws IOException {
    Map<String, Divergence> divergences = new TreeMap<>();
    for (Running feature : running) {
      feature
          .client()
          .divergence(feature.of(account, chain, link))
          .ifPresent(found -> divergences.put(feature.name(), found));
    }
    return divergences;
  }

  /** Has each of these features go on from what the server has. */
  public void acceptRestored(
      Map<String, Divergence> agreed, LocalAccount account, KnownChain chain, Link link)
      throws IOException {
    for (Running feature : running) {
      Divergence own = agreed.get(feature.name());
      if (own != null) {
        feature.client().acceptRestored(feature.of(account, chain, link), own);
      }
    }
  }

  /**
   * A generation of the root secret has begun. What cannot be done now, the next device does.
   *
   * @return what the person should know
   */
  public List<String> beginGeneration(LoggedInAccount account) {
    return told(account, RunningClient::beginGeneration);
  }

  /** What a device that has just come in has taken on the server's word alone. */
  public List<String> takenOnTrust(LoggedInAccount account) {
    return told(account, RunningClient::takenOnTrust);
  }

  /** What other people lose when the account is deleted, as far as it can be said now. */
  public List<String> endsForOthers(LoggedInAccount account) {
    return told(account, RunningClient::endsForOthers);
  }

  @FunctionalInterface
  private interface Telling {
    List<String> by(RunningClient client, AccountSession account) throws IOException;
  }

  private List<String> told(LoggedInAccount account, Telling telling) {
    List<String> told = new ArrayList<>();
    for (Running feature : running) {
      try {
        told.addAll(telling.by(feature.client(), account.of(feature.offered())));
      } catch (IOException | RuntimeException | Error e) {
        // It comes up again with the feature's next command, where it can be told as it should.
        LOG.warn("The feature {} did not follow: {}", feature.name(), e.toString());
      }
    }
    return told;
  }

  /** Ends the features, the last one first. The account is closed already. */
  @Override
  public void close() {
    for (Running feature : running.reversed()) {
      try {
        feature.client().close();
      } catch (RuntimeException | Error e) {
        LOG.warn("The feature {} failed to end: {}", feature.name(), e.toString());
      }
    }
  }
}
