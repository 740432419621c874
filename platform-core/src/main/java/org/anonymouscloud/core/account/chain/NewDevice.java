package org.anonymouscloud.core.account.chain;

import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.SealingKey;
import org.anonymouscloud.core.crypto.VerifyKey;

/**
 * A device as a link introduces it.
 *
 * @param signingKey its Ed25519 public key
 * @param slotKey root secrets are sealed to it
 * @param sealedName what its owner calls it, {@link ChainLink#SEALED_NAME} bytes that the server
 *     cannot read
 */
public record NewDevice(DeviceId id, VerifyKey signingKey, SealingKey slotKey, byte[] sealedName) {
  public NewDevice {
    ChainLink.requireLength(sealedName, ChainLink.SEALED_NAME);
  }
}
