package org.anonymouscloud.core.account.client.remote;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.NewDevice;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.client.local.AccountFolder;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;

/**
 * A device that is about to enter an account's chain.
 *
 * @param secret 32 bytes that never leave the device; its slot and its files open with them
 * @param key signs for the device
 */
public record JoiningDevice(DeviceId id, Secret secret, SigningKey key) {
  public static JoiningDevice random() {
    return new JoiningDevice(
        DeviceId.random(), Secret.random(AccountFolder.DEVICE_SECRET), SigningKey.generate());
  }

  /** The device's own slot; the caller closes it. */
  public SlotSecret slot(AccountId account) {
    return SlotSecret.device(account, id, secret);
  }

  /** The device as the chain introduces it. */
  public NewDevice introduce(AccountId account, RootSecret root, DeviceName name) {
    try (SlotSecret slot = slot(account)) {
      return new NewDevice(id, key.verifyKey(), slot.sealingKey(), name.seal(account, id, root));
    }
  }

  @Override
  public String toString() {
    return "JoiningDevice";
  }
}
