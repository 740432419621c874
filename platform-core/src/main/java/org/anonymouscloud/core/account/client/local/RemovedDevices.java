package org.anonymouscloud.core.account.client.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.DeviceId;

/**
 * All devices that this one has seen the account without, after they had been in it, in one sealed
 * file (docs/formats/account.md). It is never forgotten, so that no older chain brings one of them
 * back without being noticed: whatever a person accepts of a restored backup, that is not it.
 *
 * @param values of the account itself on this device
 */
public record RemovedDevices(FeatureState values) {
  private static final String NAME = "removed";
  private static final byte VERSION = 1;

  /** Their ids. */
  public Set<DeviceId> all() throws IOException {
    Optional<byte[]> kept = values.get(NAME);
    Set<DeviceId> all = new HashSet<>();
    if (kept.isPresent()) {
      ByteBuffer in = ByteBuffer.wrap(kept.get());
      if (in.get() != VERSION) {
        throw new IOException("A newer program wrote this device's list of removed devices.");
      }
      while (in.remaining() >= DeviceId.LENGTH) {
        byte[] id = new byte[DeviceId.LENGTH];
        in.get(id);
        all.add(DeviceId.of(id));
      }
    }
    return all;
  }

  /** Adds these; durable when it returns. */
  public void add(Collection<DeviceId> gone) throws IOException {
    Set<DeviceId> all = all();
    if (all.addAll(gone)) {
      ByteBuffer out = ByteBuffer.allocate(1 + all.size() * DeviceId.LENGTH).put(VERSION);
      all.forEach(id -> out.put(id.bytes()));
      values.put(NAME, out.array());
    }
  }
}
