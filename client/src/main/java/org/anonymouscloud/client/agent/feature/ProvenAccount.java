package org.anonymouscloud.client.agent.feature;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.FeatureKey;
import org.anonymouscloud.core.account.client.contacts.Contact;
import org.anonymouscloud.core.account.client.contacts.Trust;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.plugin.KnownAccount;

/**
 * An account as one feature sees it. Immutable.
 *
 * @param name by which it is a contact
 * @param verified whether it is one whose number somebody has compared
 * @param feature its name, in labels
 * @param fullName by which its certificates, signatures and seals are its own
 */
record ProvenAccount(
    ChainState chain, Optional<UserName> name, boolean verified, String feature, String fullName)
    implements KnownAccount {
  static ProvenAccount of(Contact contact, String feature, String fullName) {
    boolean verified = contact.trust() == Trust.VERIFIED;
    return new ProvenAccount(
        contact.chain(), Optional.of(contact.name()), verified, feature, fullName);
  }

  @Override
  public AccountId account() {
    return chain.account();
  }

  @Override
  public ChainFloor head() {
    return chain.head();
  }

  @Override
  public int generation() {
    return chain.generation();
  }

  @Override
  public Set<DeviceId> devices() {
    return Set.copyOf(chain.devices().keySet());
  }

  @Override
  public boolean verify(
      DeviceId signer, int generation, String label, byte[] message, byte[] signature) {
    String own = FeatureLabel.of(label, feature, fullName);
    Optional<VerifyKey> key = chain.deviceKey(signer, generation);
    return key.isPresent() && Signatures.verify(key.get(), own, message, signature);
  }

  @Override
  public boolean isCertified(
      DeviceId device, int generation, String purpose, byte[] key, byte[] certificate) {
    return new FeatureKey(fullName, purpose, key)
        .isCertified(chain, device, generation, certificate);
  }

  @Override
  public byte[] seal(String label, byte[] context, byte[] message) {
    String own = FeatureLabel.of(label, feature, fullName);
    return chain.shareKey().seal(own.getBytes(US_ASCII), context, message);
  }
}
