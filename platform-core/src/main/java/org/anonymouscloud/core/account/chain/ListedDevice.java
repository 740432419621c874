package org.anonymouscloud.core.account.chain;

import java.time.Instant;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.SealingKey;
import org.anonymouscloud.core.crypto.VerifyKey;

/**
 * A device that may act for the account.
 *
 * @param added when it came, by the clock of whoever made the link
 * @param since the generation of the root secret that was the newest then, after the link that
 *     brought it
 * @param sealedName what its owner calls it now
 * @param nameGeneration the generation under whose root secret the name is sealed
 */
public record ListedDevice(
    DeviceId id,
    VerifyKey signingKey,
    SealingKey slotKey,
    Instant added,
    int since,
    byte[] sealedName,
    int nameGeneration) {
  static ListedDevice of(NewDevice device, Instant added, int since, int nameGeneration) {
    return new ListedDevice(
        device.id(),
        device.signingKey(),
        device.slotKey(),
        added,
        since,
        device.sealedName(),
        nameGeneration);
  }

  ListedDevice renamed(byte[] newName, int generation) {
    return new ListedDevice(id, signingKey, slotKey, added, since, newName, generation);
  }
}
