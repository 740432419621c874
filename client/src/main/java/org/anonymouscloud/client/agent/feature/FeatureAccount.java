package org.anonymouscloud.client.agent.feature;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.client.agent.api.Failures;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.FeatureKey;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.OwnContacts;
import org.anonymouscloud.core.account.client.contacts.Contact;
import org.anonymouscloud.core.account.client.contacts.Contacts;
import org.anonymouscloud.core.account.client.contacts.KnownContact;
import org.anonymouscloud.core.account.client.local.FeatureState;
import org.anonymouscloud.core.account.client.remote.KnownChain;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.EventLog;
import org.anonymouscloud.core.plugin.KnownAccount;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Refused;

/**
 * The account of this agent as one feature sees it: there is no way to name another feature's keys
 * or values. Thread-safe.
 *
 * @param local its keys and state
 * @param chain of the account
 * @param link of the feature, on which the account is proven
 * @param fullName by which the feature's keys and values are its own
 */
record FeatureAccount(LocalAccount local, KnownChain chain, FeatureLink link, String fullName)
    implements AccountSession {

  /**
   * An account for a feature.
   *
   * @param link on which the account is proven
   */
  static FeatureAccount of(
      OfferedFeature feature, LocalAccount local, KnownChain chain, Link link) {
    return new FeatureAccount(
        local, chain, new FeatureLink(link, feature.name()), feature.fullName());
  }

  @Override
  public AccountId account() {
    return local.account();
  }

  @Override
  public UserName user() {
    return local.user();
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
  public boolean wasRemoved(DeviceId device) throws IOException {
    return chain.known().state().former().containsKey(device);
  }

  @Override
  public int generation() {
    return chain.generation();
  }

  @Override
  public Secret featureSecret(int generation) {
    return chain.featureSecret(fullName, generation);
  }

  @Override
  public byte[] sign(String label, byte[] message) {
    return local.sign(own(label), message);
  }

  private String own(String label) {
    return FeatureLabel.of(label, link.feature(), fullName);
  }

  @Override
  public boolean verify(
      DeviceId signer, int generation, String label, byte[] message, byte[] signature)
      throws IOException {
    return chain.verify(signer, generation, own(label), message, signature);
  }

  @Override
  public byte[] certify(String purpose, byte[] key) {
    return local.certify(new FeatureKey(fullName, purpose, key));
  }

  @Override
  public boolean isCertified(
      DeviceId device, int generation, String purpose, byte[] key, byte[] certificate)
      throws IOException {
    return new FeatureKey(fullName, purpose, key)
        .isCertified(chain.with(device, generation), device, generation, certificate);
  }

  @Override
  public List<UserName> contacts() throws IOException {
    return people().list().stream().map(KnownContact::name).toList();
  }

  @Override
  public KnownAccount contact(UserName name) throws Problem, IOException {
    if (!contacts().contains(name)) {
      people().syncNowOrLater();
    }
    if (!contacts().contains(name)) {
      throw new Problem(
          Problem.Kind.NOT_FOUND,
          "'"
              + name
              + (name.equals(user())
                  ? "' is you, and not one of your contacts."
                  : "' is not one of your contacts; 'anoncloud contact add "
                      + name
                      + "' makes them one."));
    }
    try {
      return ProvenAccount.of(people().look(name), link.feature(), fullName);
    } catch (Refused e) {
      throw Failures.problem(e).orElseThrow();
    }
  }

  @Override
  public KnownAccount self() throws IOException {
    return proven(chain.known().state());
  }

  @Override
  public KnownAccount vouched(AccountId account, ChainFloor seen) throws IOException {
    if (account.equals(account())) {
      return proven(chain.known().state());
    }
    try {
      Optional<KnownContact> pinned =
          people().list().stream().filter(one -> one.account().equals(account)).findFirst();
      if (pinned.isEmpty()) {
        return proven(people().vouched(account, seen).state());
      }
      Contact contact = people().signer(pinned.get().name());
      return ProvenAccount.of(contact, link.feature(), fullName);
    } catch (Refused e) {
      throw new IOException("A member's account could not be read: " + e.getMessage(), e);
    }
  }

  private KnownAccount proven(ChainState state) {
    return new ProvenAccount(state, Optional.empty(), false, link.feature(), fullName);
  }

  private Contacts people() {
    if (chain instanceof OnlineAccount online) {
      return online.contacts();
    }
    // One that comes in, or looks at what a restored server has: whom it knows it knows here, too.
    return new Contacts(
        link.link(),
        local.user(),
        new OwnContacts(local, chain),
        OwnContacts.book(local, chain, link.link()),
        contact -> {});
  }

  @Override
  public byte[] openShared(int generation, String label, byte[] context, byte[] sealed)
      throws NotAuthentic {
    try (OpeningKey key = chain.roots().get(generation).shareKey(account(), generation)) {
      return key.open(own(label).getBytes(US_ASCII), context, sealed);
    }
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
  public Map<DeviceId, Head> heads(ObjectId object) throws IOException {
    Map<DeviceId, Head> heads = new HashMap<>();
    local
        .heads(chain)
        .forEach(
            (device, list) -> list.of(fullName, object).ifPresent(head -> heads.put(device, head)));
    return heads;
  }

  @Override
  public StateStore state() {
    FeatureState state = local.state(fullName);
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
  public RecordStore records() {
    return local.records(fullName, link.link());
  }

  @Override
  public FileChannel scratch() throws IOException {
    return local.scratch();
  }

  @Override
  public EventLog events() {
    return AccountEvents.of(local, link.link()).of(link.feature());
  }
}
