package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.members.Members;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.NewestNotSound;
import org.anonymouscloud.vault.client.remote.Untrusted.NotAsNamed;
import org.anonymouscloud.vault.client.remote.Untrusted.NotAsOnceNamed;
import org.anonymouscloud.vault.client.remote.Untrusted.RootForked;
import org.anonymouscloud.vault.client.remote.Untrusted.RootRolledBack;
import org.anonymouscloud.vault.client.store.Descent.Vouching;
import org.anonymouscloud.vault.client.store.Descent.Vouching.Nobody;
import org.anonymouscloud.vault.client.store.Descent.Vouching.Person;
import org.anonymouscloud.vault.client.store.Descent.Vouching.UpTo;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.RosterHead;

/**
 * Judges which of a drive's roots counts, by all that is known besides the server's word: what the
 * account's chain names, what the list of members names, what this device has seen
 * (docs/formats/vault.md, "Roots"). Remembers nothing. Thread-safe.
 */
final class Judge {
  private final AccountSession account;
  private final DriveId drive;

  /** What a device says of the drive in the account's chain. */
  record Named(DeviceId by, Head head) {}

  Judge(AccountSession account, DriveId drive) {
    this.account = account;
    this.drive = drive;
  }

  /** The furthest that the drive has come by the word of a device that stays. */
  Optional<Named> named(Set<DeviceId> leaving) throws IOException {
    return account.heads(drive.object()).entrySet().stream()
        .filter(said -> !leaving.contains(said.getKey()))
        .map(said -> new Named(said.getKey(), said.getValue()))
        .max(
            Comparator.comparingLong((Named said) -> said.head().number())
                .thenComparing(said -> said.by().toString()));
  }

  /**
   * What the server has, and what of it counts. Changes nothing.
   *
   * @param leaving devices of which nothing counts any more that is not as it should be
   * @param named what the account's chain says of the drive
   * @param seen what this device has seen of it
   * @param onTrust whether a person takes the server's word where nobody says how far it has come
   * @param already what counted when the chain said the same; none if it is to be found out anew
   * @throws Untrusted if what the server has must not be used
   */
  Optional<KnownRoot> judge(
      Members by,
      RootReader from,
      Set<DeviceId> leaving,
      Optional<Named> named,
      Optional<RootFloor> seen,
      boolean onTrust,
      Optional<KnownRoot> already)
      throws IOException {
    Optional<SignedRoot> newest = from.newest();
    if (by.needsVoucher()) {
      vouch(by, from, named, onTrust || newest.isEmpty());
    }
    if (newest.isEmpty()) {
      requireAtLeast(-1, named, seen);
      return Optional.empty();
    }
    SignedRoot tip = newest.get();
    requireAtLeast(tip.number(), named, seen);
    requireAtLeast(tip.number(), listed(by), Optional.empty());
    if (already.isPresent()
        && already.get().tip().hash().equals(tip.hash())
        && already.get().basis().equals(basis(by))) {
      return already;
    }
    try {
      var _ = from.open(tip);
    } catch (Untrusted e) {
      by.requireShown();
      if (!isLeaving(tip, leaving) && !by.hasGone(tip.account(), tip.device())) {
        throw by.isSigned(tip) ? new NewestNotSound(tip.number(), tip.device(), e) : e;
      }
    }
    return Optional.of(newestThatCounts(by, from, tip, named, seen, onTrust));
  }

  /**
   * What counts where the newest root, its keys or the newest list of members cannot be used: the
   * newest root that is as it should be and whose writer stays. For an owner alone, who takes out
   * whoever is to blame. Changes nothing.
   *
   * @param from reads also without the newest keys
   * @throws Untrusted if the server has not what is known of the drive
   */
  Optional<KnownRoot> leftUsable(
      Members by, RootReader from, Optional<Named> named, Optional<RootFloor> seen)
      throws IOException {
    Optional<SignedRoot> newest = from.newest();
    requireAtLeast(newest.map(SignedRoot::number).orElse(-1L), named, seen);
    return newest.isEmpty()
        ? Optional.empty()
        : Optional.of(newestThatCounts(by, from, newest.get(), named, seen, false));
  }

  private KnownRoot newestThatCounts(
      Members by,
      RootReader from,
      SignedRoot tip,
      Optional<Named> named,
      Optional<RootFloor> seen,
      boolean onTrust)
      throws IOException {
    Optional<Named> listed = listed(by);
    // Only now, as the chain may have become longer by these questions.
    int generation = by.isStale() ? -1 : by.generation();
    Descent descent = new Descent(from, tip, generation, vouching(named, seen, listed, onTrust));
    if (seen.isPresent()) {
      descent.mustPass(
          seen.get().newest(), seen.get().isNamedAlone() ? new NotAsOnceNamed() : new RootForked());
    }
    if (named.isPresent()) {
      RootFloor.Point point = RootFloor.Point.of(named.get().head());
      if (tip.generation() != generation
          || !seen.map(RootFloor::anchor).equals(Optional.of(point))) {
        descent.mustPass(point, new NotAsNamed(named.get().by()));
      }
    }
    if (listed.isPresent()
        && seen.map(floor -> floor.newest().number()).orElse(-1L) < listed.get().head().number()) {
      descent.mustPass(RootFloor.Point.of(listed.get().head()), new NotAsNamed(listed.get().by()));
    }
    Optional<SignedRoot> counts = descent.go();
    Optional<Root> root =
        counts.isEmpty() ? Optional.empty() : Optional.of(from.opened(counts.get()));
    return new KnownRoot(tip, counts, root, basis(by));
  }

  private Optional<Named> listed(Members by) {
    return by.telling().filter(list -> list.root() >= 0).map(this::named);
  }

  /** What the maker of a list of members says of the drive. */
  private Named named(Roster list) {
    return new Named(list.device(), new Head(drive.object(), list.root(), list.rootHash()));
  }

  private boolean isLeaving(SignedRoot root, Set<DeviceId> leaving) {
    return root.account().equals(account.account()) && leaving.contains(root.device());
  }

  /**
   * The newest list of members was made by a device that is gone: it counts if a root names it that
   * a device which stays has named.
   */
  private static void vouch(Members by, RootReader from, Optional<Named> named, boolean otherwise)
      throws IOException {
    Optional<RosterHead> roster = Optional.empty();
    if (named.isPresent() && named.get().head().number() >= 0) {
      Optional<SignedRoot> root = from.at(named.get().head().number());
      if (root.isPresent() && root.get().hash().equals(named.get().head().hash())) {
        roster = Optional.of(from.opened(root.get()).roster());
      }
    }
    if (roster.isEmpty() && otherwise) {
      by.vouched();
    } else {
      by.vouchedBy(roster);
    }
  }

  /**
   * If no device of the account says how far the drive has come, what this one has seen says it;
   * and whoever made the list of members vouches for what was there then.
   */
  private static Vouching vouching(
      Optional<Named> named, Optional<RootFloor> seen, Optional<Named> listed, boolean onTrust) {
    long atLeast = listed.map(said -> said.head().number()).orElse(-1L);
    if (named.isPresent()) {
      return new UpTo(Math.max(atLeast, named.get().head().number()));
    }
    if (seen.isPresent()) {
      return new UpTo(Math.max(atLeast, seen.get().newest().number()));
    }
    if (listed.isPresent()) {
      return new UpTo(atLeast);
    }
    return onTrust ? new Person() : new Nobody();
  }

  private static void requireAtLeast(long number, Optional<Named> named, Optional<RootFloor> seen)
      throws Untrusted {
    if (seen.isPresent() && number < seen.get().newest().number()) {
      throw seen.get().isNamedAlone() ? new NotAsOnceNamed() : new RootRolledBack();
    }
    if (named.isPresent() && number < named.get().head().number()) {
      throw new NotAsNamed(named.get().by());
    }
  }

  /** What says now which roots count. */
  KnownRoot.Basis basis(Members now) {
    return new KnownRoot.Basis(now.list().map(Roster::number).orElse(-1L), account.generation());
  }
}
