package org.anonymouscloud.vault.client.drive;

import java.time.Clock;
import java.util.concurrent.locks.ReentrantLock;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.vault.client.content.Sealer;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.resume.Journal;
import org.anonymouscloud.vault.client.resume.Leftovers;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.store.Roots;
import org.anonymouscloud.vault.client.store.UploadLanes;

/**
 * What it takes besides to change a drive; shared by all batches of this process.
 *
 * @param account whose device writes
 * @param pace how often a long batch becomes a root
 * @param journal what uploads have sent so far
 * @param commits held while a batch becomes a root, so that they do not race each other
 */
record Writing(
    AccountSession account,
    Clock clock,
    Pace pace,
    Sealer sealer,
    Roots roots,
    RemoteVault remote,
    UploadLanes lanes,
    Journal journal,
    ReentrantLock commits) {
  Leftovers leftovers() {
    return new Leftovers(remote, roots, journal.strays(), commits);
  }

  PackWriter newWriter() {
    return new PackWriter(remote, lanes, journal.strays());
  }
}
