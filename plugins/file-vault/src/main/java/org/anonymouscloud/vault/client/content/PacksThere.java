package org.anonymouscloud.vault.client.content;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * Which packs the server has still, as far as it was asked by one batch: many small files lie in
 * one pack. Thread-safe.
 */
public final class PacksThere {
  private static final int MAX_KNOWN = 64 * 1024;

  private final RemoteVault remote;
  private final Map<PackName, Boolean> known = new HashMap<>();

  public PacksThere(RemoteVault remote) {
    this.remote = remote;
  }

  /**
   * Whether the server has a pack; may ask.
   *
   * @param next packs that will be wanted too, and are asked for with it; at most 1,024
   */
  synchronized boolean has(PackName pack, Set<PackName> next) throws IOException {
    Boolean there = known.get(pack);
    if (there == null) {
      if (known.size() > MAX_KNOWN) {
        known.clear();
      }
      Set<PackName> unasked = new HashSet<>(next);
      unasked.add(pack);
      unasked.removeAll(known.keySet());
      Set<PackName> missing = remote.missing(unasked);
      unasked.forEach(one -> known.put(one, !missing.contains(one)));
      there = !missing.contains(pack);
    }
    return there;
  }

  /** Forgets what was asked; the server may lose something any time. */
  public synchronized void forget() {
    known.clear();
  }
}
