package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.RetryPolicy;
import org.anonymouscloud.vault.client.content.Sealer;
import org.anonymouscloud.vault.client.drive.StateRefused.Reason;
import org.anonymouscloud.vault.client.format.DriveId;
import org.anonymouscloud.vault.client.format.KeyRing;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.Sealing;
import org.anonymouscloud.vault.client.store.Buffers;
import org.anonymouscloud.vault.client.store.History;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.store.RemoteVault;
import org.anonymouscloud.vault.client.store.Roots;
import org.anonymouscloud.vault.client.store.Untrusted;
import org.anonymouscloud.vault.client.store.Untrusted.NewestUnusable;
import org.anonymouscloud.vault.client.store.UploadLanes;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * The encrypted drive of an account. Whatever the server does, what is read is what the account's
 * devices have written, or an {@link org.anonymouscloud.vault.client.store.Untrusted} is thrown and
 * nothing of it is given out. Thread-safe.
 */
public final class Drive implements AutoCloseable {
  private static final int KEPT_SEGMENTS = 16;

  /** Other devices that may be quicker before this one gives up. */
  private static final int RACES = 5;

  private final DriveId id;
  private final KeyRing keys;
  private final Sealer sealer;
  private final RemoteVault remote;
  private final Roots roots;
  private final Nodes nodes;
  private final Reading reading;
  private final Writing writing;

  /** Held while a batch of this process becomes a root, so that they do not race each other. */
  private final ReentrantLock commits = new ReentrantLock();

  /** The drive of an account. Asks nobody yet. */
  public Drive(AccountSession account, Clock clock) {
    this(account, clock, new RetryPolicy(), Pace.USUAL);
  }

  /**
   * @param patience how long to repeat what was cut off
   * @param pace how often a long batch becomes a root
   */
  public Drive(AccountSession account, Clock clock, RetryPolicy patience, Pace pace) {
    try (Secret secret = account.featureSecret(0)) {
      this.id = DriveId.ofAccount(secret);
    }
    this.keys = new KeyRing(account::generation, account::featureSecret);
    Sealing sealing = new Sealing(keys);
    this.sealer = new Sealer(sealing);
    this.remote = new RemoteVault(account.link(), patience);
    this.roots = new Roots(account, id, keys, remote, clock);
    PackReader packs = new PackReader(remote);
    this.nodes = new Nodes(id, sealing, packs);
    this.reading =
        new Reading(id, nodes, sealing, packs, new Buffers(Ref.MAX_LENGTH, KEPT_SEGMENTS));
    this.writing =
        new Writing(account, clock, pace, sealer, roots, remote, new UploadLanes(), commits);
  }

  /**
   * The drive as it is now.
   *
   * @throws org.anonymouscloud.vault.client.store.Untrusted if the server shows something else than
   *     the newest state that it can have
   */
  public Snapshot snapshot() throws IOException {
    Optional<Roots.Known> newest = roots.newest();
    if (newest.isPresent() && newest.get().root().isPresent()) {
      Root root = newest.get().root().get();
      try {
        nodes.requireOpen(id.top(), root.top());
      } catch (Untrusted e) {
        Root origin = roots.origin().orElse(root);
        throw new NewestUnusable(origin.number(), origin.device(), e);
      }
    }
    return new Snapshot(reading, newest);
  }

  /**
   * The states that the drive has been in, the newest first.
   *
   * @param from the highest number of interest
   * @param limit how many at most
   */
  public List<History.State> history(long from, int limit) throws IOException {
    return roots.states(from, limit);
  }

  /** Whether the topmost folder of a state opens. */
  public boolean opens(History.State state) throws IOException {
    if (state.root().isEmpty()) {
      return false;
    }
    try {
      nodes.requireOpen(id.top(), state.root().get().top());
      return true;
    } catch (Untrusted e) {
      return false;
    }
  }

  /**
   * A way back that was gone.
   *
   * @param made the root that has the tree of the earlier state
   * @param before the number of the state that it was gone back from
   */
  public record WentBack(Root made, long before) {}

  /**
   * Makes the tree of an earlier state the newest one again. Nothing is lost: the states between
   * stay, and can be gone back to as well.
   *
   * @param number of the state
   * @param leftOut whether it may be one that was left out when devices were removed
   * @throws StateRefused if there is no such state, or it does not open, or was left out
   */
  public WentBack goBack(long number, boolean leftOut) throws IOException {
    commits.lock();
    try {
      for (int race = 0; race < RACES; race++) {
        History.State state =
            roots.states(number, 1).stream()
                .filter(found -> found.signed().number() == number)
                .findFirst()
                .orElseThrow(() -> new StateRefused(Reason.NOT_FOUND, number));
        if (!opens(state)) {
          throw new StateRefused(Reason.DOES_NOT_OPEN, number);
        }
        if (!state.counts() && !leftOut) {
          throw new StateRefused(Reason.LEFT_OUT, number);
        }
        Optional<Roots.Known> newest = roots.known();
        // Deletes nothing and needs next to no space, so that a full account can go back as well.
        if (roots.move(newest, state.root().orElseThrow().trees(), List.of(), true)) {
          return new WentBack(
              roots.known().flatMap(Roots.Known::root).orElseThrow(),
              newest.map(Roots.Known::counting).orElse(-1L));
        }
      }
      throw new IOException("Other devices change the drive all the time; try again.");
    } finally {
      commits.unlock();
    }
  }

  /** Begins to change the drive. The caller closes the batch. */
  public Batch batch() throws IOException {
    return new Batch(reading, writing, snapshot());
  }

  /**
   * How far the drive has come, for a link of the account's chain. Reads only.
   *
   * @param leaving the devices that the link removes
   * @return none if this device cannot say it
   */
  public Optional<Head> head(Set<DeviceId> leaving) throws IOException {
    return roots.head(leaving);
  }

  /**
   * Makes the newest root one of the newest generation, so that no older one counts any more.
   *
   * @return what the person should know: what was left out
   */
  public List<String> beginGeneration() throws IOException {
    roots.newest();
    return roots.takeNotes();
  }

  /** Whether what the server has is not what this device knows of, so that a person decides. */
  public Optional<Divergence> divergence() throws IOException {
    return roots.divergence();
  }

  /** How far the drive has come, for who has only the server's word for it; none if it is empty. */
  public Optional<Root> newestChange() throws IOException {
    return roots.newest().flatMap(Roots.Known::root);
  }

  /** Goes on from what the server has, as a person has agreed to. */
  public void acceptRestored(Divergence agreed) throws IOException {
    roots.restart(agreed);
  }

  /** The space that the account uses. */
  public VaultMessages.Usage usage() throws IOException {
    return remote.usage();
  }

  /** Forgets the keys. Nothing may be read or written any more. */
  @Override
  public void close() {
    sealer.close();
    keys.close();
  }
}
