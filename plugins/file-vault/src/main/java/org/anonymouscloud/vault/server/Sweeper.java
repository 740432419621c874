package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.blob.DeletionLock;
import org.anonymouscloud.core.blob.DiskFailed;
import org.anonymouscloud.core.plugin.Periodic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what nobody needs: packs that no root has named for a day or that one has dropped,
 * what is left of deleted drives, and files that are no pack's. It decides nothing by itself; each
 * step asks the {@link Ledger}. Each round looks for some packs, too. Thread-safe.
 */
final class Sweeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final Duration PAUSE = Duration.ofMinutes(2);

  private final Ledger ledger;
  private final BlobStore store;
  private final Receiving receiving;
  private final LostPacks lost;
  private final Periodic rounds;
  private volatile boolean closed;

  /**
   * Starts a thread of its own.
   *
   * @param receiving the files that this process receives just now
   */
  Sweeper(Ledger ledger, BlobStore store, Receiving receiving, LostPacks lost) {
    this.ledger = ledger;
    this.store = store;
    this.receiving = receiving;
    this.lost = lost;
    this.rounds = Periodic.start("vault-sweeper", PAUSE, round -> sweep());
  }

  /** Lets it run soon; returns at once. */
  void wake() {
    rounds.wake();
  }

  /** Runs once, over all that there is to do. */
  synchronized void sweep() {
    while (!closed && ledger.expire() > 0) {
      // Each round is a short transaction, so that nobody waits for long.
    }
    while (!closed && ledger.clearEnded()) {
      // The same.
    }
    for (BlobName file : ledger.arriving(store.process())) {
      if (!receiving.isComing(file)) {
        ledger.giveUp(file);
      }
    }
    deleteDoomed();
    lost.look();
  }

  private void deleteDoomed() {
    String after = "";
    while (!closed) {
      List<BlobName> files = ledger.doomed(after);
      if (files.isEmpty()) {
        return;
      }
      after = files.getLast().text();
      try {
        Optional<DeletionLock> lock = store.tryLockDeletions();
        if (lock.isEmpty()) {
          LOG.info("Deletions wait for a backup or another process.");
          return;
        }
        try (DeletionLock _ = lock.get()) {
          store.delete(files);
        }
        ledger.gone(files);
      } catch (DiskFailed e) {
        // They stay in the ledger, so the next round tries again.
        LOG.error("Packs could not be deleted: {}", e.getMessage());
      } catch (IOException e) {
        LOG.warn("The lock of deletions could not be given back: {}", e.getMessage());
      }
    }
  }

  /** Ends the thread after the step that it is at. */
  @Override
  public void close() {
    closed = true;
    rounds.close();
  }
}
