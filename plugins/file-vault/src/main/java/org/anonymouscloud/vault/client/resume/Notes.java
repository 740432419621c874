package org.anonymouscloud.vault.client.resume;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.core.plugin.RecordsRolledBack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that save work and are never needed: where the disk fails there are none. Thread-safe.
 */
record Notes(RecordStore records) {
  private static final Logger LOG = LoggerFactory.getLogger(Notes.class);

  /** Well within the day for which the server keeps packs that no root has named. */
  private static final Duration LIFE = Duration.ofHours(20);

  /** A clock that is set a little back makes no note worthless. */
  private static final Duration AHEAD = Duration.ofHours(1);

  /** Something to do with the records. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  /** Whether notes of some time count at another. */
  static boolean count(Instant time, Instant now) {
    return time.isAfter(now.minus(LIFE)) && time.isBefore(now.plus(AHEAD));
  }

  /** Whether it could be done. */
  boolean attempt(Step step) {
    try {
      step.run();
      return true;
    } catch (RecordsRolledBack e) {
      // An old copy of notes is worth nothing, and keeps new ones from being made.
      LOG.warn("Notes of uploads are an old copy and are deleted.");
      reset();
    } catch (IOException e) {
      LOG.warn("Uploads are not noted, so one that is cut begins anew: {}", e.getMessage());
    }
    return false;
  }

  private void reset() {
    try {
      records.reset();
    } catch (IOException e) {
      LOG.warn("They could not be deleted: {}", e.getMessage());
    }
  }

  void delete(Collection<String> keys) throws IOException {
    if (!keys.isEmpty()) {
      boolean _ =
          records.change(
              changing -> {
                for (String key : keys) {
                  boolean _ = changing.delete(key);
                }
                return true;
              });
    }
  }
}
