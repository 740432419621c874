package org.anonymouscloud.vault.client.members;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterNotSound;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.RosterHead;
import org.jspecify.annotations.Nullable;

/**
 * A drive's rosters from the first on, each of which follows from the one before. Not thread-safe.
 */
final class RosterChain {
  private final List<Digest> hashes = new ArrayList<>();
  private final List<Generation> generations = new ArrayList<>();

  /** Who is a member in all of them. */
  private final Set<AccountId> constant = new HashSet<>();

  private @Nullable SignedRoster newest;
  private @Nullable Roster sayer;
  private long bytes;

  boolean isEmpty() {
    return newest == null;
  }

  /** How many there are. */
  int size() {
    return hashes.size();
  }

  /** Bytes in all of them. */
  long bytes() {
    return bytes;
  }

  Optional<SignedRoster> last() {
    return Optional.ofNullable(newest);
  }

  /** The newest, which there must be. */
  SignedRoster newest() {
    SignedRoster there = newest;
    if (there == null) {
      throw new IllegalStateException("There is no drive yet.");
    }
    return there;
  }

  /** The first that has said what the newest says of how far the drive has come. */
  Optional<Roster> sayer() {
    return Optional.ofNullable(sayer);
  }

  /** The newest generation; -1 if there is none. */
  int generation() {
    return generations.size() - 1;
  }

  Generation generation(int number) {
    return generations.get(number);
  }

  List<Generation> generations() {
    return generations;
  }

  /**
   * Whether an account has made the drive and never left it. Of who came in later others have
   * vouched for the first list, whatever it says.
   */
  boolean isMadeBy(AccountId account) {
    return !isEmpty()
        && generations.getFirst().first().maker().equals(account)
        && constant.contains(account);
  }

  /** The hash of one of them; none if there is no such one. */
  Optional<Digest> hash(long number) {
    return number < hashes.size() ? Optional.of(hashes.get((int) number)) : Optional.empty();
  }

  boolean contains(RosterHead head) {
    return hash(head.number()).equals(Optional.of(head.hash()));
  }

  /**
   * Checks that a list follows from another.
   *
   * @param before none for the first of a drive
   * @throws RosterNotSound if it does not
   */
  static void requireFollowing(DriveId drive, @Nullable SignedRoster before, SignedRoster roster)
      throws RosterNotSound {
    Roster list = roster.list();
    boolean follows =
        before == null
            ? list.isFirst()
            : list.previous().equals(before.head().hash()) && list.mayFollow(before.list());
    if (!list.drive().equals(drive) || !follows) {
      throw new RosterNotSound();
    }
  }

  /** Adds one that follows. */
  void add(SignedRoster roster) {
    Set<AccountId> members = new HashSet<>();
    roster.list().members().stream().map(Member::account).forEach(members::add);
    if (isEmpty()) {
      constant.addAll(members);
    } else {
      constant.retainAll(members);
    }
    hashes.add(roster.head().hash());
    bytes += Roster.encodedLength(roster.list().members().size());
    if (roster.list().generation() == generations.size()) {
      generations.add(new Generation(roster));
    } else {
      generations.getLast().add(roster);
    }
    newest = roster;
    sayer = sayer == null || roster.list().root() > sayer.root() ? roster.list() : sayer;
  }

  void clear() {
    hashes.clear();
    generations.clear();
    constant.clear();
    newest = null;
    sayer = null;
    bytes = 0;
  }
}
