package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.server.PackTables.Pack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs that the ledger has and the disk has lost or does not give, as far as this process has
 * noticed: when somebody reads or lists them, and in rounds through all packs. One that is back, or
 * that a root has given back as nothing needs it any more, is lost no more. Thread-safe.
 */
final class LostPacks {
  private static final Logger LOG = LoggerFactory.getLogger(LostPacks.class);

  /** More are not counted, and not said one by one: then it is the disk that is lost. */
  private static final int MOST = 1_000;

  /** A terabyte of full packs takes an hour, and a step some milliseconds. */
  private static final int AT_ONCE = 2_000;

  private final Ledger ledger;
  private final BlobStore store;
  private final Set<Pack> known = ConcurrentHashMap.newKeySet();

  /** With the part that could not be read: a disk fails in places. */
  private final Map<Pack, Part> unreadable = new ConcurrentHashMap<>();

  private String looked = "";

  private record Part(int offset, int length) {}

  LostPacks(Ledger ledger, BlobStore store) {
    this.ledger = ledger;
    this.store = store;
  }

  /** Whether a pack that the ledger has is lost, wholly or its end. */
  boolean has(Pack pack) {
    if (!store.hasLost(pack.file(), pack.length())) {
      return false;
    }
    if (known.size() < MOST && known.add(pack)) {
      LOG.error(
          "A pack is in the database but not on the disk: run 'anoncloud admin verify', which names"
              + " it.");
    }
    return true;
  }

  /** A part of a pack that is not lost could not be read. */
  void failed(Pack pack, int offset, int length) {
    if (unreadable.size() < MOST) {
      unreadable.putIfAbsent(pack, new Part(offset, length));
    }
  }

  /** How many are known to be lost or unreadable, 1,000 of each at most. */
  int count() {
    known.removeIf(pack -> !store.hasLost(pack.file(), pack.length()));
    return known.size() + unreadable.size();
  }

  /** Only in rounds, as a disk that fails takes its time for each. */
  private boolean reads(Pack pack, Part part) {
    try {
      return store.send(pack.file(), part.offset(), part.length(), OutputStream.nullOutputStream());
    } catch (Refused | IOException e) {
      return false;
    }
  }

  /** Looks for the next of all packs, and forgets those that were given back or deleted. */
  synchronized void look() {
    List<Pack> next = ledger.wanted(looked, AT_ONCE);
    looked = next.size() < AT_ONCE ? "" : next.getLast().file().text();
    Set<Pack> suspects = new HashSet<>(known);
    for (Pack pack : next) {
      if (store.hasLost(pack.file(), pack.length())) {
        suspects.add(pack);
      } else if (!store.mayRead(pack.file())) {
        failed(pack, 0, 1);
      }
    }
    unreadable.entrySet().removeIf(each -> reads(each.getKey(), each.getValue()));
    suspects.addAll(unreadable.keySet());
    if (suspects.isEmpty()) {
      return;
    }
    // Another process may have deleted them since their rows were read, and what was given back is
    // kept for a day in which nobody can mend it any more.
    Set<BlobName> wanted = ledger.stillWanted(suspects.stream().map(Pack::file).toList());
    known.removeIf(pack -> !wanted.contains(pack.file()));
    unreadable
        .keySet()
        .removeIf(
            pack -> !wanted.contains(pack.file()) || store.hasLost(pack.file(), pack.length()));
    for (Pack pack : suspects) {
      if (wanted.contains(pack.file())) {
        boolean _ = has(pack);
      }
    }
  }
}
