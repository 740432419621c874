package org.anonymouscloud.vault.client.resume;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.store.KnownRoot;
import org.anonymouscloud.vault.client.store.Roots;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Roots that keep or give up packs, and leave the tree as it is. What was sent for nothing is given
 * back by them: without it the server would keep packs that no root has named for a day, and the
 * others for good. Thread-safe.
 *
 * @param strays what is noted of packs that may have to be given back later
 * @param commits held while a root is moved
 */
public record Leftovers(RemoteVault remote, Roots roots, Strays strays, ReentrantLock commits) {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  /** Whoever waits has met a failure already and wants to be told of it. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * Has packs deleted. Tries once and not for long; that it could not be done is nothing that a
   * person could help.
   *
   * @param unnamed packs that no root has named
   * @param named packs that a root has named, but whose content no root has in its tree
   */
  public void giveBack(List<PackName> unnamed, List<PackName> named) {
    if (unnamed.isEmpty() && named.isEmpty()) {
      return;
    }
    Thread thread = Thread.ofVirtual().name("leftovers").start(() -> attempt(unnamed, named));
    try {
      if (!thread.join(PATIENCE)) {
        thread.interrupt();
        thread.join();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  /** Has what earlier work has left deleted, if there is anything. As {@link #giveBack}. */
  public void giveBackLeft() {
    giveBack(strays.left(), List.of());
  }

  private void attempt(List<PackName> unnamed, List<PackName> named) {
    try {
      remote.drop(unnamed);
      strays.settled(unnamed);
    } catch (IOException | RuntimeException e) {
      LOG.warn("Packs of an upload that ended early are not given back yet: {}", e.getMessage());
      // Who is interrupted still notes them.
      boolean _ = Thread.interrupted();
      strays.keep(unnamed);
      return;
    }
    try {
      for (int from = 0; from < named.size(); from += VaultMessages.MAX_PACKS_IN_MOVE) {
        int to = Math.min(named.size(), from + VaultMessages.MAX_PACKS_IN_MOVE);
        move(List.of(), named.subList(from, to), true);
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("Packs of an upload that ended early wait for 'compact': {}", e.getMessage());
    }
  }

  /**
   * Makes a root with the tree as it is.
   *
   * @param live packs that are to be kept
   * @param dropped packs that are not needed any more
   * @param frees whether it may go beyond the quota a little
   */
  public void move(List<PackName> live, List<PackName> dropped, boolean frees) throws IOException {
    try {
      commits.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The upload was interrupted.");
    }
    try {
      Optional<KnownRoot> onto = roots.known();
      int tries = 0;
      while (!roots.move(onto, treesOf(onto), live, dropped, frees)) {
        onto = roots.newerThan(onto, tries++);
      }
    } finally {
      commits.unlock();
    }
  }

  private static Trees treesOf(Optional<KnownRoot> root) {
    return root.map(KnownRoot::trees).orElse(Trees.NONE);
  }
}
