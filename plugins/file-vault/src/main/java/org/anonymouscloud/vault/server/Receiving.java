package org.anonymouscloud.vault.server;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * The files that this process receives just now, and which of them nobody wants any more: whoever
 * gives up an upload drops the pack, of which all bytes may have come by then. Thread-safe.
 */
final class Receiving {
  private final Map<BlobName, Arriving> files = new ConcurrentHashMap<>();

  /** What a file is to become. */
  private record Arriving(DriveId drive, PackName name, boolean dropped) {
    Arriving without(DriveId from, List<PackName> names) {
      return from.equals(drive) && names.contains(name) ? new Arriving(drive, name, true) : this;
    }
  }

  void begin(BlobName file, DriveId drive, PackName name) {
    files.put(file, new Arriving(drive, name, false));
  }

  /**
   * To be called when the pack is there, or will not be.
   *
   * @return whether it was dropped since it began; what is dropped from now on is found there
   */
  boolean end(BlobName file) {
    Arriving arriving = files.remove(file);
    return arriving != null && arriving.dropped;
  }

  boolean isComing(BlobName file) {
    return files.containsKey(file);
  }

  /** Packs of a drive are dropped, of which some may be on their way. */
  void drop(DriveId drive, List<PackName> names) {
    files.replaceAll((file, arriving) -> arriving.without(drive, names));
  }
}
