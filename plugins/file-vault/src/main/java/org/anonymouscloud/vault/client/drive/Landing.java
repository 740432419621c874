package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.space.GivenBackMeanwhile;
import org.anonymouscloud.vault.client.space.Marking;
import org.anonymouscloud.vault.client.store.KnownRoot;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.store.Roots;
import org.anonymouscloud.vault.client.store.States;
import org.anonymouscloud.vault.client.tree.Changes;
import org.anonymouscloud.vault.client.tree.ConflictName;
import org.anonymouscloud.vault.client.tree.Merge;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * Makes the changes of a batch part of the drive's newest root, whoever else moves it meanwhile,
 * and sees to it that the server keeps until then all that they need. Not thread-safe.
 */
final class Landing {
  private final Reading drive;
  private final Writing shared;
  private final PackWriter writer;

  /** Of the last landing. */
  private List<Merge.Conflict> conflicts = List.of();

  /** Numbers of the earlier states from which something was taken. */
  private final Set<Long> borrowed = new HashSet<>();

  /** Packs that a root has named before what is in them is in the tree. */
  private final List<PackName> secured = new ArrayList<>();

  /** By when a root has named all of those. */
  private Optional<KnownRoot> securedBy = Optional.empty();

  /** By when the server is known to keep all that the changes refer to. */
  private Optional<KnownRoot> keptBy;

  /** Whether a root with the tree of this batch was sent and nobody knows what became of it. */
  private boolean undecided;

  private boolean throwsAway;

  /**
   * @param base what the changes begin from
   * @param writer takes pages, and has taken what the changes bring
   */
  Landing(Reading drive, Writing shared, PackWriter writer, Snapshot base) {
    this.drive = drive;
    this.shared = shared;
    this.writer = writer;
    this.keptBy = base.root();
  }

  /** What the last landing kept as a second file, as something else was there by then. */
  List<Merge.Conflict> conflicts() {
    return conflicts;
  }

  /** Whether something went to the trash. */
  boolean throwsAway() {
    return throwsAway;
  }

  /** Something of an earlier state is taken, whose packs are there only while that is whole. */
  void borrow(States.State state) {
    borrowed.add(state.number());
  }

  /**
   * Makes the changes part of the drive; they are durable on the server when this returns.
   *
   * @return the drive with them
   */
  Snapshot land(Changes changes) throws IOException {
    shared.commits().lock();
    try {
      moveRoot(changes);
      Snapshot landed = new Snapshot(drive, shared.roots().known());
      keptBy = landed.root();
      borrowed.clear();
      return landed;
    } finally {
      shared.commits().unlock();
    }
  }

  private void moveRoot(Changes changes) throws IOException {
    Roots roots = shared.roots();
    conflicts = List.of();
    boolean frees = changes.onlyRemove();
    writer.setFrees(frees);
    List<PackName> sent = new ArrayList<>();
    int tries = 0;
    // Not the root on which this batch began: others of this process may have moved it since.
    Optional<KnownRoot> onto = roots.known();
    while (true) {
      if (!isAllKept(keptBy, onto) || !isBorrowedWhole(onto)) {
        writer.flush();
        nameBorrowed(changes);
        keptBy = onto;
        borrowed.clear();
        onto = roots.known();
        continue;
      }
      Trees trees = onto.map(KnownRoot::trees).orElse(Trees.NONE);
      long number = onto.map(known -> known.number() + 1).orElse(0L);
      Merge merge =
          new Merge(
              drive.nodes(),
              drive.id(),
              trees,
              writer,
              number,
              conflictName(),
              shared.clock().instant());
      Trees merged = merge.apply(changes);
      if (merged.equals(trees)) {
        return;
      }
      writer.flush();
      List<PackName> live = new ArrayList<>(sent);
      List<PackName> newest = writer.takeSent();
      live.addAll(newest);
      if (offer(onto, merged, live, frees)) {
        writer.named(live);
        secured.clear();
        conflicts = merge.conflicts();
        throwsAway |= merge.throwsAway();
        return;
      }
      if (sent.isEmpty()) {
        // Later attempts write pages alone, of which only the last attempt's are needed.
        sent.addAll(newest);
      }
      onto = roots.newerThan(onto, tries++);
    }
  }

  private boolean offer(Optional<KnownRoot> onto, Trees merged, List<PackName> live, boolean frees)
      throws IOException {
    undecided = true;
    try {
      boolean moved = shared.roots().move(onto, merged, live, frees);
      undecided = false;
      return moved;
    } catch (ServerRefused e) {
      undecided = e.code() != ErrorCode.QUOTA_EXCEEDED;
      throw e;
    }
  }

  /** Lets the root name packs of a very large file before the server gives them up. */
  void secure() throws IOException {
    if (writer.sentPacks() < shared.pace().packs()) {
      return;
    }
    List<PackName> live = writer.takeSent();
    Optional<KnownRoot> now = shared.roots().known();
    if (!secured.isEmpty() && !isAllKept(securedBy, now)) {
      // As long as this takes they would be deleted in the midst of it.
      name(secured);
    }
    shared.leftovers().move(live, List.of(), false);
    writer.named(live);
    secured.addAll(live);
    securedBy = now;
  }

  /**
   * Whether no device has given packs back between two roots. Each that does so says in the hidden
   * tree anew which states stay.
   */
  private boolean isAllKept(Optional<KnownRoot> since, Optional<KnownRoot> now) throws IOException {
    if (since.map(KnownRoot::trees).equals(now.map(KnownRoot::trees))) {
      return true;
    }
    try {
      return new Snapshot(drive, since).keptFile().equals(new Snapshot(drive, now).keptFile());
    } catch (Untrusted e) {
      return false;
    }
  }

  /**
   * Has the server keep all that the changes take over from what was there when they were made:
   * what of it is in no tree any more may have been given back, and is then kept for a day.
   */
  private void nameBorrowed(Changes changes) throws IOException {
    try {
      Set<PackName> needed = new HashSet<>(secured);
      needed.addAll(Marking.packs(drive.nodes(), drive.id(), changes.brought()));
      // Those that the next root will name.
      writer.unnamed().forEach(needed::remove);
      name(List.copyOf(needed));
    } catch (Untrusted e) {
      throw new GivenBackMeanwhile(e);
    }
  }

  private void name(List<PackName> packs) throws IOException {
    try {
      for (int from = 0; from < packs.size(); from += VaultMessages.MAX_PACKS_IN_MOVE) {
        int to = Math.min(packs.size(), from + VaultMessages.MAX_PACKS_IN_MOVE);
        shared.leftovers().move(packs.subList(from, to), List.of(), true);
      }
    } catch (ServerRefused e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        throw new GivenBackMeanwhile(e);
      }
      throw e;
    }
  }

  private ConflictName conflictName() {
    return new ConflictName(
        shared.account().device(), LocalDate.ofInstant(shared.clock().instant(), ZoneOffset.UTC));
  }

  /** Whether the states from which something was taken are whole. */
  private boolean isBorrowedWhole(Optional<KnownRoot> onto) throws IOException {
    if (borrowed.isEmpty()) {
      return true;
    }
    KeptStates kept = new Snapshot(drive, onto).kept();
    long newest = onto.map(KnownRoot::counting).orElse(-1L);
    return borrowed.stream().allMatch(number -> number == newest || kept.has(number));
  }

  /**
   * What roots of this batch have named that is in no tree; nothing if one of them may have been.
   */
  List<PackName> givenUp() {
    return undecided ? List.of() : writer.sentHere(secured);
  }
}
