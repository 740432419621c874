package org.anonymouscloud.client.agent.feature;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.FeatureKey;
import org.anonymouscloud.core.account.client.contacts.Contact;
import org.anonymouscloud.core.account.client.contacts.Trust;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.plugin.KnownAccount;

/**
 * A contact as one feature sees it. Immutable.
 *
 * @param feature its name, in labels
 * @param fullName by which its certificates, signatures and seals are its own
 */
record FeatureContact(Contact contact, String feature, String fullName) implements KnownAccount {
  @Override
  public UserName name() {
    return contact.name();
  }

  @Override
  public AccountId account() {
    return contact.account();
  }

  @Override
  public boolean verified() {
    return contact.trust() == Trust.VERIFIED;
  }

  @Override
  public int generation() {
    return contact.chain().generation();
  }

  @Override
  public Set<DeviceId> devices() {
    return Set.copyOf(contact.chain().devices().keySet());
  }

  @Override
  public boolean verify(
      DeviceId signer, int generation, String label, byte[] message, byte[] signature) {
    String own = FeatureLabel.of(label, feature, fullName);
    Optional<VerifyKey> key = contact.chain().deviceKey(signer, generation);
    return key.isPresent() && Signatures.verify(key.get(), own, message, signature);
  }

  @Override
  public boolean isCertified(
      DeviceId device, int generation, String purpose, byte[] key, byte[] certificate) {
    return new FeatureKey(fullName, purpose, key)
        .isCertified(contact.chain(), device, generation, certificate);
  }

  @Override
  public byte[] seal(String label, byte[] context, byte[] message) {
    String own = FeatureLabel.of(label, feature, fullName);
    return contact.chain().shareKey().seal(own.getBytes(US_ASCII), context, message);
  }
}
