package org.anonymouscloud.core.account.chain;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;

/**
 * A public key of a feature, which a device of an account certifies as its own: MLS's leaf keys are
 * of this kind. The certificate holds for one account, device, generation, feature and purpose.
 *
 * @param feature its full name: 1 to 96 of a-z, 0-9 and hyphens, a letter first
 * @param purpose 1 to 64 of the same characters
 * @param key 1 to 4,096 bytes
 */
public record FeatureKey(String feature, String purpose, byte[] key) {
  private static final String LABEL = "anonymouscloud/account/v1/feature-key";
  private static final Pattern FEATURE = Pattern.compile("[a-z][a-z0-9-]{0,95}");
  private static final Pattern PURPOSE = Pattern.compile("[a-z][a-z0-9-]{0,63}");
  private static final int MAX_KEY = 4096;

  /**
   * @throws IllegalArgumentException if one of the three is not as it must be
   */
  public FeatureKey {
    if (!FEATURE.matcher(feature).matches()
        || !PURPOSE.matcher(purpose).matches()
        || key.length == 0
        || key.length > MAX_KEY) {
      throw new IllegalArgumentException("This is no key of a feature that can be certified.");
    }
    key = key.clone();
  }

  @Override
  public byte[] key() {
    return key.clone();
  }

  /**
   * The certificate, 64 bytes.
   *
   * @param generation the newest of the root secret
   * @param by the device's key
   */
  public byte[] certify(AccountId account, DeviceId device, int generation, SigningKey by) {
    return Signatures.sign(by, LABEL, message(account, device, generation));
  }

  /**
   * Whether a device of the account certified this key in a generation in which it was one.
   *
   * @param chain of the account, checked
   */
  public boolean isCertified(
      ChainState chain, DeviceId device, int generation, byte[] certificate) {
    Optional<VerifyKey> by = chain.deviceKey(device, generation);
    return by.isPresent()
        && Signatures.verify(
            by.get(), LABEL, message(chain.account(), device, generation), certificate);
  }

  private byte[] message(AccountId account, DeviceId device, int generation) {
    byte[] name = feature.getBytes(US_ASCII);
    byte[] use = purpose.getBytes(US_ASCII);
    return ByteBuffer.allocate(
            AccountId.LENGTH + DeviceId.LENGTH + 4 + 1 + name.length + 1 + use.length + key.length)
        .put(account.bytes())
        .put(device.bytes())
        .putInt(generation)
        .put((byte) name.length)
        .put(name)
        .put((byte) use.length)
        .put(use)
        .put(key)
        .array();
  }
}
